// SPDX-License-Identifier: BSL-1.0
#include "os/lifeline.hpp"

#include "os/pipe.hpp"
#include "processes.hpp"

#include <csignal>
#include <unistd.h>

namespace procpool::os {

namespace {

/// A worker of a test: leads a group, arms the lifeline, then runs body, which begins by telling that it is ready.
template <class Body>
test::child_process armed_child(pipe_ends& lifeline, Body body)
{
    return test::fork_child([&] {
        lifeline.write.reset();
        ::setpgid(0, 0);
        if (!arm_lifeline(lifeline.read.get()))
            body();
        return 0;
    });
}

void block_every_signal()
{
    sigset_t all{};
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
}

[[noreturn]] void spin()
{
    for (volatile unsigned turns = 0;;)
        turns = turns + 1;
}

void tell_ready(const pipe_ends& ready)
{
    write_all(ready.write.get(), std::as_bytes(std::span("r", 1)));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_lifeline, test::nothing_left_behind)

BOOST_AUTO_TEST_CASE(a_process_that_spins_with_all_signals_blocked_dies_with_its_parent)
{
    pipe_ends lifeline = make_pipe();
    const pipe_ends ready = make_pipe();
    const auto child = armed_child(lifeline, [&] {
        block_every_signal();
        tell_ready(ready);
        spin();
    });
    BOOST_TEST_REQUIRE(test::becomes_readable(ready.read.get()));
    lifeline.write.reset();
    BOOST_TEST(child.end().number == SIGKILL);
}

BOOST_AUTO_TEST_CASE(a_stopped_process_dies_with_its_parent)
{
    pipe_ends lifeline = make_pipe();
    const auto child = armed_child(lifeline, [] { ::raise(SIGSTOP); });
    child.await_stop();
    lifeline.write.reset();
    BOOST_TEST(child.end().number == SIGKILL);
}

BOOST_AUTO_TEST_CASE(what_it_forked_dies_too)
{
    pipe_ends lifeline = make_pipe();
    pipe_ends ready = make_pipe();
    const auto child = armed_child(lifeline, [&] {
        if (::fork() == 0)
            tell_ready(ready);
        ::pause();
    });
    BOOST_TEST_REQUIRE(test::becomes_readable(ready.read.get()));
    std::byte told{};
    read_some(ready.read.get(), std::span(&told, 1));
    lifeline.write.reset();
    ready.write.reset();
    BOOST_TEST(child.end().number == SIGKILL);
    BOOST_TEST_REQUIRE(test::becomes_readable(ready.read.get()));
    BOOST_TEST(read_some(ready.read.get(), std::span(&told, 1)) == 0); // nobody of the group holds the write end
}

BOOST_AUTO_TEST_CASE(a_process_lives_while_any_write_end_is_open)
{
    pipe_ends lifeline = make_pipe();
    const descriptor second = duplicate(lifeline.write.get());
    const pipe_ends ready = make_pipe();
    const auto child = armed_child(lifeline, [&] {
        tell_ready(ready);
        ::pause();
    });
    BOOST_TEST_REQUIRE(test::becomes_readable(ready.read.get()));
    lifeline.write.reset();
    BOOST_TEST(!has_ended(child.pidfd()));
}

BOOST_AUTO_TEST_CASE(its_read_end_has_the_lower_number_also_where_stdin_is_closed)
{
    const descriptor kept = duplicate(STDIN_FILENO);
    ::close(STDIN_FILENO);
    const pipe_ends made = make_lifeline();
    BOOST_TEST(::dup2(kept.get(), STDIN_FILENO) == STDIN_FILENO);
    BOOST_TEST(made.read.get() < made.write.get());
}

BOOST_AUTO_TEST_CASE(arming_after_the_death_of_the_parent_is_an_error)
{
    pipe_ends lifeline = make_pipe();
    lifeline.write.reset();
    const auto child = test::fork_child([&] {
        ::setpgid(0, 0);
        return arm_lifeline(lifeline.read.get()) == std::errc::broken_pipe;
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_CASE(arming_what_is_not_open_is_an_error)
{
    BOOST_TEST((arm_lifeline(-1) == std::errc::bad_file_descriptor));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
