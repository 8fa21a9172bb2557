// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/child.hpp"
#include "os/descriptor.hpp"
#include "os/spawn.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <string>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace procpool::os::test {

inline std::ptrdiff_t count_descriptors()
{
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

inline bool has_children()
{
    siginfo_t info{};
    return ::waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | WNOHANG) == 0 || errno != ECHILD;
}

/// A fixture: whatever the case did, no descriptor and no child is left.
struct nothing_left_behind {
    std::ptrdiff_t descriptors = count_descriptors();

    nothing_left_behind() = default;
    nothing_left_behind(const nothing_left_behind&) = delete;
    nothing_left_behind& operator=(const nothing_left_behind&) = delete;
    ~nothing_left_behind()
    {
        BOOST_TEST(count_descriptors() == descriptors);
        BOOST_TEST(!has_children());
    }
};

inline descriptor open_pidfd(pid_t pid)
{
    return descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

/// Waits for the event with a generous limit, so that a failure is reported and not a hang.
inline bool becomes_readable(int fd)
{
    constexpr int limit_ms = 30'000;
    pollfd watched{fd, POLLIN, 0};
    int ready = 0;
    do
        ready = ::poll(&watched, 1, limit_ms);
    while (ready < 0 && errno == EINTR);
    return ready == 1;
}

/// A child process of a test; killed, with its group, and reaped when the test ends.
class child_process {
public:
    child_process(pid_t pid, descriptor pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;
    ~child_process()
    {
        kill_group(pid_); // a no-op for a child that leads no group
        send_signal(pidfd_.get(), SIGKILL);
        reap(pidfd_.get());
    }

    pid_t pid() const { return pid_; }
    int pidfd() const { return pidfd_.get(); }
    std::filesystem::path proc() const { return "/proc/" + std::to_string(pid_); }

    /// Its status, once it has ended by itself.
    child_exit end() const
    {
        BOOST_TEST_REQUIRE(becomes_readable(pidfd()));
        const auto ended = peek_exit(pidfd());
        BOOST_TEST_REQUIRE(ended.has_value());
        return *ended;
    }

    /// Whether it has ended with exit code 0; a signal or a sanitizer's report gives another.
    bool succeeds() const
    {
        const child_exit ended = end();
        return !ended.by_signal && ended.number == 0;
    }

    /// Waits until it has stopped itself by SIGSTOP: then it stands still and can be looked at from outside.
    void await_stop() const
    {
        siginfo_t info{};
        BOOST_TEST_REQUIRE(::waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED | WEXITED | WNOWAIT) == 0);
        BOOST_TEST_REQUIRE(info.si_code == CLD_STOPPED);
    }

private:
    pid_t pid_;
    descriptor pidfd_;
};

/// The exit code for what a body returns: a claim that holds is a success.
inline int exit_code_of(bool claim)
{
    return claim ? 0 : 1;
}

inline int exit_code_of(int code)
{
    return code;
}

/// Lowers the limit of open files while it lives, and no longer: sanitizers open pipes of their own to check objects.
class lower_descriptor_limit {
public:
    explicit lower_descriptor_limit(rlim_t limit)
    {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit lower{limit, before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &lower);
    }
    lower_descriptor_limit(const lower_descriptor_limit&) = delete;
    lower_descriptor_limit& operator=(const lower_descriptor_limit&) = delete;
    ~lower_descriptor_limit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

/// Runs body in a forked copy, which ends with what body returns as its exit code. No test macros in there.
template <class Body>
child_process fork_child(Body body)
{
    const pid_t pid = ::fork();
    BOOST_TEST_REQUIRE(pid >= 0);
    if (pid == 0) {
        ::alarm(60); // nothing of a test may outlive it for long
        ::_exit(exit_code_of(body()));
    }
    return {pid, open_pidfd(pid)};
}

} // namespace procpool::os::test
