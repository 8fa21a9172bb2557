// SPDX-License-Identifier: BSL-1.0
// A host that is killed by its test while a worker is busy: parent WHAT MAILBOX. The task tells the mailbox the pid of
// each process there is.
#include "crash/programs/until_killed.hpp"

#include <procpool.hpp>

#include <csignal>
#include <map>
#include <string>
#include <unistd.h>

namespace {

using namespace procpool::test;
void spin(const std::string& mailbox)
{
    tell_pid(mailbox);
    for (volatile unsigned count = 0;;)
        count = count + 1;
}

void block_all_signals(const std::string& mailbox)
{
    sigset_t all{};
    ::sigfillset(&all);
    ::sigprocmask(SIG_BLOCK, &all, nullptr);
    tell_pid(mailbox);
    wait_for_ever();
}

void start_others(const std::string& mailbox)
{
    tell_pid(mailbox);
    if (::fork() == 0) {
        tell_pid(mailbox);
        ::execl("/bin/sleep", "sleep", "1000", nullptr);
    }
    if (::fork() == 0)
        block_all_signals(mailbox);
    wait_for_ever();
}

/// One of its group that has nothing of the worker's channel any more.
void start_a_stranger(const std::string& mailbox)
{
    tell_pid(mailbox);
    if (::fork() == 0) {
        ::close_range(STDERR_FILENO + 1, ~0U, 0);
        tell_pid(mailbox);
    }
    wait_for_ever();
}

void leave_the_session(const std::string& mailbox)
{
    if (::fork() == 0) {
        ::setsid();
        tell_pid(mailbox);
    }
    wait_for_ever();
}

// Each level is a pool in a worker of the one above.
void nest(const std::string& mailbox, int levels)
{
    tell_pid(mailbox);
    if (levels > 1) {
        procpool::pool inner({.workers = 1});
        inner.async_submit(nest, mailbox, levels - 1);
        wait_for_ever();
    }
    wait_for_ever();
}

void nest_three_deep(const std::string& mailbox)
{
    nest(mailbox, 3);
}

int opened_mailbox = -1;

void open_mailbox(const std::string& mailbox)
{
    opened_mailbox = ::open(mailbox.c_str(), O_WRONLY | O_CLOEXEC);
}

/// All that a profile of system calls leaves to try against the lifeline. Nothing else is closed: the parent would see
/// that, and end the worker for it.
void hold_on_to_life(const std::string&)
{
    constexpr int lifeline = 5;
    const int second = ::dup(lifeline);
    ::fcntl(second, F_SETFL, 0);
    ::fcntl(::fcntl(lifeline, F_DUPFD, 0), F_SETFL, 0);
    ::fcntl(lifeline, F_SETFL, 0);
    ::dup2(opened_mailbox, lifeline);
    ::dup3(opened_mailbox, lifeline, O_CLOEXEC);
    ::close_range(lifeline, lifeline, 0);
    ::close(lifeline);
    const std::int32_t pid = ::getpid();
    if (::write(opened_mailbox, &pid, sizeof pid) != static_cast<ssize_t>(sizeof pid))
        std::abort();
    wait_for_ever();
}

procpool::pool_options options_for(const std::string& what, const std::string& mailbox)
{
    procpool::pool_options options{.workers = 1};
    if (what == "leave_the_session")
        options.worker.contain = procpool::containment::pid_namespace;
    if (what == "hold_on_to_life") {
        options.worker.sandbox.syscalls = procpool::syscall_profile::compute;
        options.initializer = procpool::task(open_mailbox, mailbox);
    }
    if (what == "forked") {
        options.start = procpool::start_method::forkserver;
        options.initializer = procpool::task(tell_pid, mailbox);
    }
    return options;
}

} // namespace

int main(int, char* argv[])
{
    procpool::run_if_worker();
    const std::map<std::string, void (*)(const std::string&)> tasks{{"spin", spin},
                                                                    {"stop", stop},
                                                                    {"block_all_signals", block_all_signals},
                                                                    {"start_others", start_others},
                                                                    {"start_a_stranger", start_a_stranger},
                                                                    {"start_without_stdin", start_a_stranger},
                                                                    {"nest_three_deep", nest_three_deep},
                                                                    {"leave_the_session", leave_the_session},
                                                                    {"hold_on_to_life", hold_on_to_life},
                                                                    {"forked", spin}};
    const std::string what = argv[1];
    procpool::pool pool(options_for(what, argv[2]));
    if (what == "start_without_stdin") // its number is one of the lifeline's
        ::close(STDIN_FILENO);
    pool.async_submit(tasks.at(what), std::string(argv[2]));
    wait_for_ever();
}
