// SPDX-License-Identifier: BSL-1.0
#include "os/descriptor_passing.hpp"

#include "os/system_error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <poll.h>
#include <sys/socket.h>

namespace procpool::os {
namespace {

/// A message with a note, and room for so many descriptors.
class message {
public:
    message(std::span<std::byte> note, std::size_t descriptors) noexcept : note_{note.data(), note.size()}
    {
        header_.msg_iov = &note_;
        header_.msg_iovlen = 1;
        header_.msg_control = control_;
        header_.msg_controllen = CMSG_LEN(descriptors * sizeof(int)); // the kernel closes what goes beyond it
    }
    message(const message&) = delete;
    message& operator=(const message&) = delete;

    void attach(std::span<const int> fds) noexcept
    {
        cmsghdr* const attached = CMSG_FIRSTHDR(&header_);
        attached->cmsg_level = SOL_SOCKET;
        attached->cmsg_type = SCM_RIGHTS;
        attached->cmsg_len = CMSG_LEN(fds.size_bytes());
        std::memcpy(CMSG_DATA(attached), fds.data(), fds.size_bytes());
    }
    /// How many descriptors have come.
    std::size_t attached() noexcept
    {
        const cmsghdr* const found = CMSG_FIRSTHDR(&header_);
        if (!found || found->cmsg_level != SOL_SOCKET || found->cmsg_type != SCM_RIGHTS)
            return 0;
        return (found->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    }
    descriptor take(std::size_t index) noexcept
    {
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&header_)) + index * sizeof(fd), sizeof(fd));
        return descriptor(fd);
    }
    bool fills(std::size_t note, ssize_t count) const noexcept
    {
        return static_cast<std::size_t>(count) == note && (header_.msg_flags & MSG_TRUNC) == 0;
    }
    bool lost_descriptors() const noexcept { return (header_.msg_flags & MSG_CTRUNC) != 0; }
    msghdr& header() noexcept { return header_; }

private:
    iovec note_;
    alignas(cmsghdr) char control_[CMSG_SPACE(most_descriptors * sizeof(int))]{};
    msghdr header_{};
};

template <class Call>
ssize_t repeat(Call call) noexcept
{
    ssize_t count = 0;
    do
        count = call();
    while (count < 0 && errno == EINTR);
    return count;
}

// An end that was closed before it has read all is told once, by an error, and hides what it had sent itself.
ssize_t receive(int socket, msghdr& into, int flags) noexcept
{
    const auto try_once = [&] { return repeat([&] { return ::recvmsg(socket, &into, MSG_DONTWAIT | flags); }); };
    const auto count = try_once();
    return count < 0 && errno == ECONNRESET ? try_once() : count;
}

bool is_none(const descriptor& fd) noexcept
{
    return !fd;
}

} // namespace

socket_ends make_sockets()
{
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        throw_last_error("cannot make the sockets to a worker: socketpair");
    socket_ends made{above_stdio(descriptor(ends[0])), above_stdio(descriptor(ends[1]))};
    if (!made.first || !made.second)
        throw_last_error("cannot make the sockets to a worker: fcntl(F_DUPFD_CLOEXEC)");
    return made;
}

bool send_descriptors(int socket, std::span<const int> fds, std::span<const std::byte> note) noexcept
{
    message sent(std::span(const_cast<std::byte*>(note.data()), note.size()), fds.size()); // sendmsg reads it only
    sent.attach(fds);
    return repeat([&] { return ::sendmsg(socket, &sent.header(), MSG_DONTWAIT | MSG_NOSIGNAL); }) >= 0;
}

bool send_note(int socket, std::span<const std::byte> note) noexcept
{
    return repeat([&] { return ::send(socket, note.data(), note.size(), MSG_DONTWAIT | MSG_NOSIGNAL); }) >= 0;
}

received_descriptors receive_descriptors(int socket, std::span<std::byte> note)
{
    received_descriptors taken;
    taken.files.reserve(most_descriptors); // nothing may fail when they are here
    message received(note, most_descriptors);
    const auto count = receive(socket, received.header(), MSG_CMSG_CLOEXEC);
    for (std::size_t index = 0; count >= 0 && index != received.attached(); ++index)
        taken.files.push_back(above_stdio(received.take(index)));
    taken.is_message = count > 0 || (count == 0 && !is_at_end(socket));
    taken.are_lost = taken.is_message && (received.lost_descriptors() || std::ranges::any_of(taken.files, is_none));
    taken.are_all = taken.is_message && !taken.are_lost && received.fills(note.size(), count);
    return taken;
}

std::vector<descriptor> discard_message(int socket) noexcept
{
    std::byte note{};
    message discarded({&note, 1}, most_descriptors);
    std::vector<descriptor> files;
    if (receive(socket, discarded.header(), MSG_CMSG_CLOEXEC) < 0)
        return files;
    try {
        files.reserve(discarded.attached());
    } catch (const std::bad_alloc&) { // they stay open
        return files;
    }
    for (std::size_t index = 0; index != discarded.attached(); ++index)
        files.push_back(discarded.take(index));
    return files;
}

// By the sender's credentials, which have no room here: an empty message has them too, and the end of all has none.
bool has_messages(int socket) noexcept
{
    const auto pass_credentials = [socket](int how) {
        ::setsockopt(socket, SOL_SOCKET, SO_PASSCRED, &how, sizeof(how));
    };
    msghdr next{};
    pass_credentials(1);
    const bool is_one = receive(socket, next, MSG_PEEK) >= 0 && (next.msg_flags & MSG_CTRUNC) != 0;
    pass_credentials(0);
    return is_one;
}

bool is_at_end(int socket) noexcept
{
    pollfd other{socket, POLLRDHUP, 0};
    return ::poll(&other, 1, 0) == 1;
}

bool is_passing(int error) noexcept
{
    return std::ranges::count(std::array{EAGAIN, ETOOMANYREFS, EMFILE, ENFILE, ENOBUFS, ENOMEM}, error) != 0;
}

bool peek_note(int socket, std::span<std::byte> note) noexcept
{
    const auto count = repeat([&] { return ::recv(socket, note.data(), note.size(), MSG_DONTWAIT | MSG_PEEK); });
    return count == static_cast<ssize_t>(note.size());
}

} // namespace procpool::os
