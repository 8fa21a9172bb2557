// SPDX-License-Identifier: BSL-1.0
#include "os/pid_namespace.hpp"

#include "os/process_mark.hpp"
#include "processes.hpp"
#include "support/skip.hpp"

#include <csignal>
#include <sched.h>
#include <sys/prctl.h>
#include <thread>

namespace procpool::os {

namespace {

constexpr int not_here = 77;

/// Runs body in a pid namespace, and ends with what it returns; with `not_here` where the system has none for us.
template <class Body>
test::child_process fork_contained(Body body)
{
    return test::fork_child([&] {
        try {
            enter_pid_namespace();
        } catch (const std::runtime_error&) {
            return not_here;
        }
        return test::exit_code_of(body());
    });
}

bool is_possible()
{
    const bool possible = fork_contained([] { return true; }).end().number != not_here;
    if (!possible)
        procpool::test::skip("this system gives us no pid namespace");
    return possible;
}

/// As a user without privileges, whose own /proc files belong to it.
void become_nobody()
{
    constexpr uid_t nobody_else = 54'321;
    if (::geteuid() != 0)
        return;
    if (::setresgid(nobody_else, nobody_else, nobody_else) != 0 ||
        ::setresuid(nobody_else, nobody_else, nobody_else) != 0)
        ::_exit(EXIT_FAILURE);
    ::prctl(PR_SET_DUMPABLE, 1);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_pid_namespace, test::nothing_left_behind)

BOOST_AUTO_TEST_CASE(the_caller_ends_with_the_exit_code_of_the_worker)
{
    if (is_possible())
        BOOST_TEST(fork_contained([] { return 42; }).end().number == 42);
}

BOOST_AUTO_TEST_CASE(the_caller_ends_by_the_signal_of_the_worker)
{
    if (!is_possible())
        return;
    for (const int signal : {SIGKILL, SIGTERM, SIGXCPU}) {
        const auto child = fork_contained([signal] { return ::raise(signal); });
        const auto ended = child.end();
        BOOST_TEST(ended.by_signal);
        BOOST_TEST(ended.number == signal);
    }
}

BOOST_AUTO_TEST_CASE(the_worker_is_the_second_process_there_and_no_forked_copy)
{
    if (!is_possible())
        return;
    const process_mark mark;
    const auto child = fork_contained([&] { return ::getpid() == 2 && ::getppid() == 1 && mark.is_here(); });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_CASE(the_worker_can_start_threads_and_processes)
{
    if (!is_possible())
        return;
    const auto child = fork_contained([] {
        bool ran = false;
        std::thread([&] { ran = true; }).join();
        const pid_t own = ::fork();
        if (own == 0)
            ::_exit(0);
        int status = 1;
        return ran && ::waitpid(own, &status, 0) == own && status == 0;
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_CASE(a_user_without_privileges_stays_who_it_is_and_gains_none)
{
    const auto child = test::fork_child([] {
        become_nobody();
        const auto user = ::geteuid();
        try {
            enter_pid_namespace();
        } catch (const std::runtime_error&) {
            return not_here;
        }
        return test::exit_code_of(::geteuid() == user && ::getegid() != 0 && ::unshare(CLONE_NEWNS) != 0);
    });
    const auto ended = child.end();
    if (ended.number == not_here)
        return procpool::test::skip("this system has no user namespaces for everybody");
    BOOST_TEST(ended.number == 0);
}

BOOST_AUTO_TEST_CASE(a_process_with_threads_is_refused)
{
    const auto child = test::fork_child([] {
        std::thread([] {
            for (;;)
                ::pause();
        }).detach();
        try {
            enter_pid_namespace();
        } catch (const std::runtime_error& refusal) {
            return std::string(refusal.what()).find("it has threads") != std::string::npos;
        }
        return false;
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
