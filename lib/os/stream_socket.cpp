// SPDX-License-Identifier: BSL-1.0
#include "os/stream_socket.hpp"

#include "os/system_error.hpp"

#include <cerrno>
#include <sys/socket.h>

namespace procpool::os {
namespace {

template <class Call>
std::optional<std::size_t> count_of(Call call, bool zero_is_end)
{
    ssize_t count = 0;
    do
        count = call();
    while (count < 0 && errno == EINTR);
    if (count > 0 || (count == 0 && !zero_is_end))
        return static_cast<std::size_t>(count);
    if (count == 0 || errno == EPIPE || errno == ECONNRESET)
        return {};
    if (errno == EAGAIN)
        return 0;
    throw_last_error("cannot send or receive through a pipe between processes");
}

} // namespace

socket_ends make_stream_sockets()
{
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        throw_last_error("cannot make the two ends of a pipe");
    socket_ends made{above_stdio(descriptor(ends[0])), above_stdio(descriptor(ends[1]))};
    if (!made.first || !made.second)
        throw_last_error("cannot make the two ends of a pipe");
    return made;
}

std::optional<std::size_t> send_some(int socket, std::span<const std::byte> bytes)
{
    return count_of([&] { return ::send(socket, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL); }, false);
}

std::optional<std::size_t> receive_some(int socket, std::span<std::byte> into)
{
    return count_of([&] { return ::recv(socket, into.data(), into.size(), MSG_DONTWAIT); }, true);
}

} // namespace procpool::os
