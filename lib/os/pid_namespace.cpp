// SPDX-License-Identifier: BSL-1.0
#include "os/pid_namespace.hpp"

#include "os/pipe.hpp"
#include "os/process_mark.hpp"
#include "os/this_process.hpp"
#include "os/threads.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace procpool::os {

namespace {

[[noreturn]] void refuse(const char* what)
{
    throw std::runtime_error(
        std::string("the worker cannot have a pid namespace of its own, as worker_options::contain "
                    "says, because ") +
        what + " failed: " + std::strerror(errno) +
        "; run as root, allow user namespaces (sysctl user.max_user_namespaces), or contain it in "
        "another way");
}

bool write_to(const char* file, const std::string& text)
{
    return !!(std::ofstream(file) << text << std::flush);
}

std::string as_itself(unsigned id)
{
    return std::to_string(id) + ' ' + std::to_string(id) + " 1";
}

/// A new user namespace gives its first process all capabilities in there, which no task asked for.
void drop_capabilities() noexcept
{
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3]{};
    ::syscall(SYS_capset, &header, none);
}

void make_user_and_pid_namespaces()
{
    const std::string user = as_itself(::geteuid());
    const std::string group = as_itself(::getegid());
    if (::unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0)
        refuse("unshare(CLONE_NEWUSER | CLONE_NEWPID)");
    const bool mapped = write_to("/proc/self/setgroups", "deny") && write_to("/proc/self/uid_map", user) &&
                        write_to("/proc/self/gid_map", group);
    if (!mapped)
        refuse("the map of users");
    drop_capabilities();
}

void make_namespaces()
{
    if (::unshare(CLONE_NEWPID) == 0)
        return;
    if (errno != EPERM)
        refuse("unshare(CLONE_NEWPID)");
    make_user_and_pid_namespaces();
}

pid_t fork_or_refuse()
{
    const pid_t child = ::fork();
    if (child < 0)
        refuse("fork");
    return child;
}

/// Else what the worker closes would stay open in init.
void close_all_but(int kept) noexcept
{
    if (kept > 0)
        ::syscall(SYS_close_range, 0, kept - 1, 0);
    ::syscall(SYS_close_range, kept + 1, ~0U, 0);
}

int status_of(pid_t child) noexcept
{
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

/// Reaps whatever comes to it, until the worker has ended; its status.
int reap_until_end_of(pid_t worker) noexcept
{
    for (int status = 0;;)
        if (::waitpid(-1, &status, 0) == worker)
            return status;
}

bool has_reader(int write_end) noexcept
{
    pollfd watched{write_end, 0, 0};
    return ::poll(&watched, 1, 0) == 0;
}

/// As number 1 it is deaf to all signals but SIGKILL from outside.
[[noreturn]] void be_init(pid_t worker, int to_stand_in) noexcept
{
    close_all_but(to_stand_in);
    ::prctl(PR_SET_NAME, "procpool init");
    const int status = reap_until_end_of(worker);
    const bool told = ::write(to_stand_in, &status, sizeof status) == sizeof status;
    ::_exit(told ? EXIT_SUCCESS : EXIT_FAILURE);
}

/// The kernel ends this process when the stand-in ends. It may have ended already.
bool die_with_stand_in(int to_stand_in) noexcept
{
    return ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && has_reader(to_stand_in);
}

/// Signals to the group are for the worker. SIGCHLD stays: ignored, it would leave no status.
void ignore_signals() noexcept
{
    for (int number = 1; number <= SIGRTMAX; ++number)
        if (number != SIGCHLD)
            ::signal(number, SIG_IGN);
}

[[noreturn]] void end_by(int signal) noexcept
{
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none); // the core to look at is the worker's
    sigset_t blocked{};
    ::pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
    ::signal(signal, SIG_DFL);
    ::raise(signal);
    ::_exit(EXIT_FAILURE);
}

/// Keeps the caller's descriptors open: whoever reads from the worker sees the end of file when it sees this process
/// end, and not before.
[[noreturn]] void stand_in(pid_t init, pipe_ends from_init)
{
    from_init.write.reset();
    ignore_signals();
    ::prctl(PR_SET_NAME, "procpool waits");
    const int how_init_ended = status_of(init); // nothing is left in the namespace then
    int status = 0;
    if (::read(from_init.read.get(), &status, sizeof status) != sizeof status)
        status = how_init_ended;
    if (WIFSIGNALED(status))
        end_by(WTERMSIG(status));
    ::_exit(WEXITSTATUS(status));
}

} // namespace

void enter_pid_namespace()
{
    if (thread_ids().size() != 1)
        throw std::runtime_error("the worker cannot have a pid namespace of its own, as worker_options::contain says, "
                                 "because it has threads before run_if_worker(): start them later");
    pipe_ends status = make_pipe();
    make_namespaces();
    if (const pid_t init = fork_or_refuse())
        stand_in(init, std::move(status));
    status.read.reset(); // the stand-in's is the only one then
    if (!die_with_stand_in(status.write.get()))
        ::_exit(EXIT_FAILURE);
    const pid_t worker = ::fork();
    if (worker < 0)
        ::_exit(EXIT_FAILURE);
    if (worker > 0)
        be_init(worker, status.write.get());
    accept_forked_copy();
}

} // namespace procpool::os
