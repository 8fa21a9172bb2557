// SPDX-License-Identifier: BSL-1.0
#include "os/flag.hpp"

#include "os/system_error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
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

} // namespace

descriptor make_flag()
{
    descriptor flag = above_stdio(descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)));
    if (!flag)
        throw_last_error("cannot make a flag that processes share");
    return flag;
}

// Not when it is raised already: a process that means harm may have counted it up to where a write blocks.
void raise_flag(int flag) noexcept
{
    const std::uint64_t one = 1;
    if (!wait_until_ready(flag, readiness::to_read, std::chrono::steady_clock::time_point())) [[maybe_unused]]
        const auto written = ::write(flag, &one, sizeof(one));
}

// Whatever another process has made of O_NONBLOCK, which is that of all of them. It fails where it is lowered already.
void lower_flag(int flag) noexcept
{
    std::uint64_t count = 0;
    const iovec into{&count, sizeof(count)};
    [[maybe_unused]] const auto taken = ::preadv2(flag, &into, 1, -1, RWF_NOWAIT);
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

} // namespace procpool::os
