// SPDX-License-Identifier: BSL-1.0
#include "os/child.hpp"

#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace procpool::os {

namespace {

constexpr int by_pidfd = 3; // P_PIDFD, which glibc names from 2.36 on

/// The system call itself: only it has the fifth argument, the child's use of resources.
int wait_id(int pidfd, int options, siginfo_t& info, rusage* usage) noexcept
{
    return static_cast<int>(::syscall(SYS_waitid, by_pidfd, pidfd, &info, options, usage));
}

constexpr int peek = WEXITED | WNOWAIT | WNOHANG;

long microseconds(const timeval& time) noexcept
{
    return static_cast<long>(time.tv_sec) * 1'000'000 + static_cast<long>(time.tv_usec);
}

bool is_readable(int pidfd) noexcept
{
    pollfd watched{pidfd, POLLIN, 0};
    while (::poll(&watched, 1, 0) < 0 && errno == EINTR) {
    }
    return (watched.revents & POLLIN) != 0;
}

enum class child_state { running, held, ended, discarded };

child_state state_of(int pidfd) noexcept
{
    if (!is_readable(pidfd))
        return child_state::running;
    siginfo_t info{};
    if (wait_id(pidfd, peek, info, nullptr) != 0)
        return child_state::discarded;
    return info.si_pid != 0 ? child_state::ended : child_state::held;
}

} // namespace

std::optional<child_exit> peek_exit(int pidfd) noexcept
{
    siginfo_t info{};
    rusage usage{};
    if (wait_id(pidfd, peek, info, &usage) != 0 || info.si_pid == 0)
        return std::nullopt;
    return child_exit{
        .by_signal = info.si_code != CLD_EXITED,
        .number = info.si_status,
        .core_dumped = info.si_code == CLD_DUMPED,
        .max_rss_kib = usage.ru_maxrss,
        .user_us = microseconds(usage.ru_utime),
        .system_us = microseconds(usage.ru_stime),
    };
}

bool was_discarded(int pidfd) noexcept
{
    return state_of(pidfd) == child_state::discarded;
}

bool has_ended(int pidfd) noexcept
{
    const auto state = state_of(pidfd);
    return state == child_state::ended || state == child_state::discarded;
}

bool is_held_by_tracer(int pidfd) noexcept
{
    return state_of(pidfd) == child_state::held;
}

void wait_until_ended(int pidfd) noexcept
{
    wait_until_ended(pidfd, {});
}

bool wait_until_ended(int pidfd, deadline until) noexcept
{
    while (!has_ended(pidfd)) {
        if (until && std::chrono::steady_clock::now() >= *until)
            return false;
        if (is_held_by_tracer(pidfd))
            ::poll(nullptr, 0, 1); // the tracer's release makes no event
        else
            wait_until_ready(pidfd, readiness::to_read, until);
    }
    return true;
}

bool send_signal(int pidfd, int signal) noexcept
{
    return ::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0) == 0;
}

void kill_group(pid_t leader, int signal) noexcept
{
    if (leader > 1)
        ::kill(-leader, signal);
}

void reap(int pidfd) noexcept
{
    siginfo_t info{};
    while (wait_id(pidfd, WEXITED, info, nullptr) != 0 && errno == EINTR) {
    }
}

} // namespace procpool::os
