// SPDX-License-Identifier: BSL-1.0
#include "os/flag.hpp"

#include "os/close_elsewhere.hpp"
#include "os/descriptor_passing.hpp"
#include "os/system_error.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace procpool::os {
namespace {

// Rounded up: a wait that ends too early would be repeated at once, over and over.
int milliseconds_until(deadline until) noexcept
{
    using std::chrono::milliseconds;
    if (!until)
        return -1;
    const auto left = std::chrono::ceil<milliseconds>(*until - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<milliseconds::rep>(left.count(), 0, std::numeric_limits<int>::max()));
}

std::vector<std::size_t> places_of_ready(std::span<const pollfd> polled)
{
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i != polled.size(); ++i) {
        if (polled[i].revents & POLLNVAL)
            throw std::system_error(EBADF, std::generic_category(),
                                    "descriptor " + std::to_string(polled[i].fd) + " cannot be waited for");
        if (polled[i].revents != 0)
            places.push_back(i);
    }
    return places;
}

} // namespace

// A socket that is connected to itself: nobody else can send to it, and unlike eventfd(2) and pipe(7) it has calls that
// never wait, whatever another process has made of O_NONBLOCK, which is that of all of them.
descriptor make_flag()
{
    descriptor flag = above_stdio(descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    auto* const address = reinterpret_cast<sockaddr*>(&name);
    socklen_t size = sizeof(name.sun_family); // the kernel chooses the name: unix(7), autobind
    if (!flag || ::bind(flag.get(), address, size) != 0)
        throw_last_error("cannot make a flag that processes share");
    size = sizeof(name);
    if (::getsockname(flag.get(), address, &size) != 0 || ::connect(flag.get(), address, size) != 0)
        throw_last_error("cannot make a flag that processes share");
    return flag;
}

// Not when it is raised already: it would have to be lowered as often.
void raise_flag(int flag) noexcept
{
    if (!wait_until_ready(flag, readiness::to_read, std::chrono::steady_clock::time_point()))
        ::send(flag, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

// A process that was killed, or that means harm, may have left it raised several times: it looks raised for nothing
// then, and is lowered again.
void lower_flag(int flag) noexcept
{
    close_elsewhere(discard_message(flag));
}

bool wait_until_ready(int fd, readiness what, deadline until) noexcept
{
    pollfd watched{fd, static_cast<short>(what == readiness::to_read ? POLLIN : POLLOUT), 0};
    for (;;) {
        const int left = milliseconds_until(until);
        const int ready = ::poll(&watched, 1, left);
        if (ready > 0)
            return true;
        if (left == 0 || (ready < 0 && errno != EINTR))
            return false;
    }
}

std::vector<std::size_t> wait_until_some_readable(std::span<const int> fds, deadline until)
{
    std::vector<pollfd> polled;
    for (const int fd : fds) {
        if (fd < 0) // poll() ignores it, and would wait for ever
            throw std::system_error(EBADF, std::generic_category(), "cannot wait for several descriptors");
        polled.push_back({fd, POLLIN, 0});
    }
    for (;;) {
        const int left = milliseconds_until(until);
        const int ready = ::poll(polled.data(), polled.size(), left);
        if (ready > 0)
            return places_of_ready(polled);
        if (ready < 0 && errno != EINTR)
            throw_last_error("cannot wait for several descriptors");
        if (left == 0)
            return {};
    }
}

} // namespace procpool::os
