// SPDX-License-Identifier: BSL-1.0
#include "os/child.hpp"

#include "processes.hpp"
#include "support/frequent_signals.hpp"
#include "support/skip.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>

namespace procpool::os {

namespace {

test::child_process waiting_child()
{
    return test::fork_child([] { return ::pause(); });
}

test::child_process ended_child(int code)
{
    return test::fork_child([code] { return code; });
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_child, test::nothing_left_behind)

BOOST_AUTO_TEST_CASE(an_exit_is_told_with_its_code)
{
    const auto child = ended_child(9);
    BOOST_TEST(!child.end().by_signal);
    BOOST_TEST(child.end().number == 9);
    BOOST_TEST(!child.end().core_dumped);
}

BOOST_AUTO_TEST_CASE(a_death_by_signal_is_told_with_its_number)
{
    const auto child = waiting_child();
    BOOST_TEST(send_signal(child.pidfd(), SIGKILL));
    BOOST_TEST(child.end().by_signal);
    BOOST_TEST(child.end().number == SIGKILL);
}

BOOST_AUTO_TEST_CASE(the_use_of_resources_comes_with_the_status)
{
    const auto child = test::fork_child([] {
        rusage used{};
        while (used.ru_utime.tv_sec == 0 && used.ru_utime.tv_usec < 20'000)
            ::getrusage(RUSAGE_SELF, &used);
        return 0;
    });
    BOOST_TEST(child.end().max_rss_kib > 0);
    BOOST_TEST(child.end().user_us >= 20'000);
    BOOST_TEST(child.end().system_us >= 0);
}

BOOST_AUTO_TEST_CASE(peeking_leaves_the_child_to_be_reaped)
{
    const auto child = ended_child(3);
    child.end();
    BOOST_TEST(child.end().number == 3);
    BOOST_TEST(::waitpid(child.pid(), nullptr, 0) == child.pid());
}

BOOST_AUTO_TEST_CASE(a_running_child_has_no_status)
{
    const auto child = waiting_child();
    BOOST_TEST(!peek_exit(child.pidfd()).has_value());
    BOOST_TEST(!has_ended(child.pidfd()));
    BOOST_TEST(!was_discarded(child.pidfd()));
}

BOOST_AUTO_TEST_CASE(a_stopped_child_has_not_ended)
{
    const auto child = test::fork_child([] { return ::raise(SIGSTOP); });
    child.await_stop();
    BOOST_TEST(!peek_exit(child.pidfd()).has_value());
    BOOST_TEST(!has_ended(child.pidfd()));
}

BOOST_AUTO_TEST_CASE(a_child_that_is_traced_has_ended_when_its_tracer_lets_go)
{
    const auto child = waiting_child();
    std::array<int, 2> release{};
    BOOST_TEST_REQUIRE(::pipe2(release.data(), O_CLOEXEC) == 0);
    const descriptor read_end(release[0]);
    const descriptor write_end(release[1]);
    const auto tracer = test::fork_child([&] {
        char byte = 0;
        const bool traces = ::ptrace(PTRACE_SEIZE, child.pid(), nullptr, nullptr) == 0;
        return ::kill(child.pid(), SIGKILL) == 0 && ::read(release[0], &byte, 1) == 1 && traces;
    });
    BOOST_TEST_REQUIRE(test::becomes_readable(child.pidfd()));
    const bool is_held = is_held_by_tracer(child.pidfd());
    const bool seems_ended = has_ended(child.pidfd());
    const bool seems_discarded = was_discarded(child.pidfd());
    BOOST_TEST(::write(write_end.get(), "", 1) == 1);
    wait_until_ended(child.pidfd());
    BOOST_TEST(has_ended(child.pidfd()));
    BOOST_TEST(child.end().number == SIGKILL);
    if (!tracer.succeeds())
        return procpool::test::skip("nobody may trace here");
    BOOST_TEST(is_held);
    BOOST_TEST(!seems_ended);
    BOOST_TEST(!seems_discarded);
}

BOOST_AUTO_TEST_CASE(a_host_that_ignores_sigchld_gets_no_status)
{
    const auto host = test::fork_child([] {
        std::signal(SIGCHLD, SIG_IGN);
        const pid_t pid = ::fork();
        if (pid == 0)
            ::pause();
        const descriptor pidfd = test::open_pidfd(pid);
        send_signal(pidfd.get(), SIGKILL);
        wait_until_ended(pidfd.get());
        return has_ended(pidfd.get()) && was_discarded(pidfd.get()) && !peek_exit(pidfd.get()).has_value();
    });
    BOOST_TEST(host.succeeds());
}

BOOST_AUTO_TEST_CASE(a_wait_ends_with_the_child_or_at_its_deadline)
{
    const auto child = waiting_child();
    const auto now = std::chrono::steady_clock::now();
    BOOST_TEST(!wait_until_ended(child.pidfd(), now));
    BOOST_TEST(!wait_until_ended(child.pidfd(), now + std::chrono::milliseconds(2)));
    BOOST_TEST((std::chrono::steady_clock::now() >= now + std::chrono::milliseconds(2)));
    BOOST_TEST(send_signal(child.pidfd(), SIGKILL));
    BOOST_TEST(wait_until_ended(child.pidfd(), std::chrono::steady_clock::time_point::max()));
    BOOST_TEST(wait_until_ended(child.pidfd(), now));
}

BOOST_AUTO_TEST_CASE(a_wait_ends_at_its_deadline_while_signals_arrive)
{
    const auto child = waiting_child();
    const procpool::test::frequent_signals signals;
    BOOST_TEST(!wait_until_ended(child.pidfd(), std::chrono::steady_clock::now() + std::chrono::milliseconds(50)));
    BOOST_TEST(signals.still_arrive());
}

BOOST_AUTO_TEST_CASE(a_child_with_a_status_was_not_discarded)
{
    const auto child = ended_child(0);
    wait_until_ended(child.pidfd());
    BOOST_TEST(has_ended(child.pidfd()));
    BOOST_TEST(!was_discarded(child.pidfd()));
}

BOOST_AUTO_TEST_CASE(a_reaped_child_cannot_be_signalled)
{
    const auto child = ended_child(0);
    reap(child.pidfd());
    BOOST_TEST(!send_signal(child.pidfd(), SIGKILL));
    BOOST_TEST(was_discarded(child.pidfd()));
}

BOOST_AUTO_TEST_CASE(what_is_no_process_has_not_ended)
{
    BOOST_TEST(!has_ended(-1));
    BOOST_TEST(!was_discarded(-1));
    BOOST_TEST(!peek_exit(-1).has_value());
    BOOST_TEST(!send_signal(-1, SIGTERM));
}

BOOST_AUTO_TEST_CASE(killing_a_group_takes_every_process_of_it)
{
    int ends[2] = {-1, -1};
    BOOST_TEST_REQUIRE(::pipe(ends) == 0);
    const descriptor read(ends[0]);
    descriptor write(ends[1]);
    const auto leader = test::fork_child([] {
        ::setpgid(0, 0);
        if (::fork() != 0)
            ::raise(SIGSTOP);
        return ::pause();
    });
    leader.await_stop();
    write.reset();
    kill_group(leader.pid());
    BOOST_TEST_REQUIRE(test::becomes_readable(read.get())); // end of file: nobody of the group holds the write end
    BOOST_TEST(leader.end().number == SIGKILL);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
