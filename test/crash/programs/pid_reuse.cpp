// SPDX-License-Identifier: BSL-1.0
// A host in a pid namespace of its own, where a stranger gets the number of each worker as soon as it is free. Prints
// what became of the strangers: pid_reuse [ignore], with SIGCHLD ignored. Exit status 77: it may not choose numbers
// here.
#include <procpool.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr int cannot = 77;

/// A process with that number, and a group of that number; -1 if the number is not free.
pid_t start_stranger(pid_t wanted)
{
    clone_args how{};
    how.exit_signal = SIGCHLD;
    how.set_tid = reinterpret_cast<std::uintptr_t>(&wanted);
    how.set_tid_size = 1;
    const auto pid = static_cast<pid_t>(::syscall(SYS_clone3, &how, sizeof how));
    if (pid < 0 && errno != EEXIST)
        std::exit(cannot);
    if (pid == 0) {
        ::setpgid(0, 0);
        for (;;)
            ::pause();
    }
    if (pid > 0)
        ::setpgid(pid, pid); // whoever comes first
    return pid;
}

pid_t own_pid()
{
    return ::getpid();
}

template <class R>
R get(boost::asio::io_context& context, procpool::future<R>& outcome)
{
    while (!outcome.ready())
        context.run_one();
    return outcome.get();
}

/// Kills a worker behind the pool's back, and waits until its number is free or its status is there.
void kill_worker(pid_t pid)
{
    const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    ::kill(pid, SIGKILL);
    pollfd watched{pidfd, POLLIN, 0};
    ::poll(&watched, 1, -1);
    ::close(pidfd);
}

/// A worker dies; a stranger gets its number as early as it can; then the pool does all it can do.
bool stranger_survives(bool before_the_pool_sees_it, bool destroys)
{
    boost::asio::io_context context;
    auto pool = std::make_unique<procpool::pool>(context, procpool::pool_options{.workers = 1});
    auto first = pool->async_submit(own_pid);
    const pid_t worker = get(context, first);
    kill_worker(worker);
    pid_t stranger = before_the_pool_sees_it ? start_stranger(worker) : -1; // only where SIGCHLD is ignored
    if (!destroys) {
        auto next = pool->async_submit(own_pid);
        while (stranger < 0 || !next.ready()) {
            context.poll_one();
            if (stranger < 0)
                stranger = start_stranger(worker);
        }
        next.get();
    }
    pool->terminate();
    pool.reset();
    context.run();
    while (stranger < 0)
        stranger = start_stranger(worker);
    const bool lives = ::kill(stranger, 0) == 0 && ::waitpid(stranger, nullptr, WNOHANG) == 0;
    ::kill(stranger, SIGKILL);
    ::waitpid(stranger, nullptr, 0);
    return lives;
}

int run(bool ignores)
{
    if (ignores)
        ::signal(SIGCHLD, SIG_IGN);
    std::size_t killed = 0;
    for (int round = 0; round != 20; ++round)
        for (const bool destroys : {false, true})
            killed += !stranger_survives(ignores, destroys);
    std::cout << killed << " strangers were killed" << std::endl;
    return 0;
}

} // namespace

int main(int argc, char*[])
{
    procpool::run_if_worker();
    if (::unshare(CLONE_NEWPID) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0)
        return cannot;
    const pid_t init = ::fork();
    if (init == 0) {
        const pid_t host = ::fork(); // the first process of a namespace must reap, and this one must not
        if (host == 0)
            ::_exit(run(argc > 1));
        int status = 0;
        ::waitpid(host, &status, 0);
        ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
    }
    int status = 0;
    ::waitpid(init, &status, 0);
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status)
                              : 1); // LeakSanitizer needs a process, which would be of the namespace
}
