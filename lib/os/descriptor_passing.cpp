// SPDX-License-Identifier: BSL-1.0
#include "os/descriptor_passing.hpp"

#include "os/system_error.hpp"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>

namespace procpool::os {
namespace {

/// A message with a note, and room for one descriptor.
class message {
public:
    explicit message(std::span<std::byte> note) noexcept : note_{note.data(), note.size()}
    {
        header_.msg_iov = &note_;
        header_.msg_iovlen = 1;
        header_.msg_control = control_;
        header_.msg_controllen = CMSG_LEN(sizeof(int)); // the kernel closes what goes beyond it
    }
    message(const message&) = delete;
    message& operator=(const message&) = delete;

    void attach(int fd) noexcept
    {
        cmsghdr* const attached = CMSG_FIRSTHDR(&header_);
        attached->cmsg_level = SOL_SOCKET;
        attached->cmsg_type = SCM_RIGHTS;
        attached->cmsg_len = CMSG_LEN(sizeof(fd));
        std::memcpy(CMSG_DATA(attached), &fd, sizeof(fd));
    }
    descriptor attached() noexcept
    {
        const cmsghdr* const found = CMSG_FIRSTHDR(&header_);
        int fd = -1;
        if (found && found->cmsg_level == SOL_SOCKET && found->cmsg_type == SCM_RIGHTS &&
            found->cmsg_len == CMSG_LEN(sizeof(fd)))
            std::memcpy(&fd, CMSG_DATA(found), sizeof(fd));
        return descriptor(fd);
    }
    msghdr& header() noexcept { return header_; }

private:
    iovec note_;
    alignas(cmsghdr) char control_[CMSG_SPACE(sizeof(int))]{};
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

} // namespace

socket_ends make_sockets()
{
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        throw_last_error("cannot make the sockets to a worker");
    socket_ends made{above_stdio(descriptor(ends[0])), above_stdio(descriptor(ends[1]))};
    if (!made.first || !made.second)
        throw_last_error("cannot make the sockets to a worker");
    return made;
}

bool send_descriptor(int socket, int fd, std::span<const std::byte> note) noexcept
{
    message sent(std::span(const_cast<std::byte*>(note.data()), note.size())); // sendmsg reads it only
    sent.attach(fd);
    return repeat([&] { return ::sendmsg(socket, &sent.header(), MSG_DONTWAIT | MSG_NOSIGNAL); }) >= 0;
}

descriptor receive_descriptor(int socket, std::span<std::byte> note) noexcept
{
    message received(note);
    const auto count = repeat([&] { return ::recvmsg(socket, &received.header(), MSG_DONTWAIT | MSG_CMSG_CLOEXEC); });
    if (count < 0)
        return {};
    descriptor fd = received.attached();
    if (static_cast<std::size_t>(count) != note.size() || (received.header().msg_flags & MSG_TRUNC) != 0)
        return {};
    return above_stdio(std::move(fd));
}

} // namespace procpool::os
