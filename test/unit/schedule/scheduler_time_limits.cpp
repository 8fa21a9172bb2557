// SPDX-License-Identifier: BSL-1.0
#include "play.hpp"

namespace procpool::schedule::test {

BOOST_AUTO_TEST_SUITE(schedule_scheduler_time_limits)

BOOST_AUTO_TEST_CASE(a_task_that_runs_too_long_is_stopped)
{
    play p = with_workers(1, 1);
    part& t = p.submit(0, 10ms);
    p.start(t);
    p.pass(10ms - 1ns);
    BOOST_TEST(p.heard() == "send t1 w1");
    p.pass(1ns);
    BOOST_TEST(p.heard() == "inspect t1 w1; finish t1 timed_out; kill_if_running t1 w1");
    BOOST_TEST(p.workers().at(1).killed);
}

BOOST_AUTO_TEST_CASE(time_counts_from_the_start_of_the_run)
{
    play p = with_workers(1, 1);
    part& first = p.submit();
    p.start(first);
    part& t = p.submit(0, 10ms);
    p.pass(45ms);
    p.complete(first);
    p.start(t);
    p.deliver(1);
    p.pass(9ms);
    BOOST_TEST(!t.has_outcome());
    p.pass(11ms);
    BOOST_TEST((t.failed == reason::timed_out));
}

BOOST_AUTO_TEST_CASE(no_other_task_notices)
{
    play p = with_workers(1, 1);
    p.start(p.submit(0, 10ms));
    part& other = p.submit();
    p.pass(10ms);
    p.die(1);
    p.ready(2);
    p.answer(other);
    BOOST_TEST(other.answered);
}

BOOST_AUTO_TEST_CASE(an_answer_in_time_ends_the_watch)
{
    play p = with_workers(1, 1);
    p.answer(p.submit(0, 10ms));
    BOOST_TEST(!p.decisions().next_alarm());
}

BOOST_AUTO_TEST_CASE(a_watched_task_that_goes_elsewhere_is_watched_there)
{
    play p = with_workers(1, 1);
    part& t = p.submit(0, 10ms);
    p.pass(5ms);
    p.die(1);
    p.heard();
    p.pass(10ms);
    BOOST_TEST(p.heard() == "spawn w2");
    p.ready(2);
    p.start(t);
    p.pass(10ms);
    BOOST_TEST((t.failed == reason::timed_out));
}

// A start time is what the worker wrote: in the future it must not give the task more time, nor less in the past.
BOOST_AUTO_TEST_CASE(a_start_time_counts_only_between_sending_and_now)
{
    play p = with_workers(2, 2);
    part& late = p.submit(0, 10ms);
    p.pass(1ms);
    part& early = p.submit(0, 10ms);
    p.start(late);
    p.start(early);
    late.started += 1h;
    early.started -= 1h;
    p.pass(9ms);
    BOOST_TEST(!early.has_outcome());
    p.pass(1ms);
    BOOST_TEST((early.failed == reason::timed_out));
    late.started = {}; // for the stage, which would not believe it
    p.pass(9ms);
    BOOST_TEST((late.failed == reason::timed_out));
}

BOOST_AUTO_TEST_CASE(a_limit_of_no_time_does_not_make_the_clock_spin)
{
    play p = with_workers(1, 1);
    p.submit(0, duration::zero());
    BOOST_TEST((p.decisions().next_alarm() > p.now()));
}

BOOST_AUTO_TEST_CASE(a_limit_beyond_the_end_of_time_is_no_limit)
{
    play p = with_workers(1, 1);
    part& t = p.submit(0, duration::max());
    p.start(t);
    p.pass(24h);
    BOOST_TEST(p.heard() == "send t1 w1");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule::test
