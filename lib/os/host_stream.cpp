// SPDX-License-Identifier: BSL-1.0
#include "os/host_stream.hpp"

#include <cerrno>
#include <climits>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace procpool::os {
namespace {

/// Keeps a SIGPIPE that this thread raises from the host, and nobody else's.
class sigpipe_swallowed {
public:
    sigpipe_swallowed() noexcept
    {
        ::sigemptyset(&sigpipe_);
        ::sigaddset(&sigpipe_, SIGPIPE);
        sigset_t pending{};
        ::sigpending(&pending);
        was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
        ::pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
    }
    sigpipe_swallowed(const sigpipe_swallowed&) = delete;
    sigpipe_swallowed& operator=(const sigpipe_swallowed&) = delete;
    ~sigpipe_swallowed()
    {
        const timespec at_once{};
        if (!was_pending_)
            ::sigtimedwait(&sigpipe_, nullptr, &at_once);
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

private:
    sigset_t sigpipe_{};
    sigset_t before_{};
    bool was_pending_ = false;
};

/// What a pipe that has room at all takes in one piece.
std::string_view next_piece(std::string_view text) noexcept
{
    const auto piece = text.substr(0, PIPE_BUF);
    const auto line_end = piece.rfind('\n');
    return piece.substr(0, line_end == piece.npos ? piece.size() : line_end + 1);
}

bool has_room(int stream) noexcept
{
    pollfd watched{stream, POLLOUT, 0};
    return ::poll(&watched, 1, 0) == 1;
}

bool may_pass(int error) noexcept
{
    return error == EINTR || error == EAGAIN || error == ENOSPC;
}

} // namespace

bool is_standard_stream(int number) noexcept
{
    const int flags = ::fcntl(number, F_GETFD);
    return flags >= 0 && (flags & FD_CLOEXEC) == 0;
}

std::optional<std::size_t> write_to_host(int stream, std::string_view text) noexcept
{
    const sigpipe_swallowed quiet;
    std::size_t written = 0;
    while (written != text.size() && has_room(stream)) {
        const auto piece = next_piece(text.substr(written));
        const auto size = ::write(stream, piece.data(), piece.size());
        if (size < 0 && !may_pass(errno))
            return {};
        if (size <= 0)
            break;
        written += static_cast<std::size_t>(size);
    }
    return written;
}

} // namespace procpool::os
