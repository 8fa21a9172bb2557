// SPDX-License-Identifier: BSL-1.0
// Tasks that run again, and the end of that.
#include "play.hpp"

namespace procpool::schedule::test {
namespace {

constexpr task_limits twice_more{.retries = 2, .retry_pause = 10ms};
constexpr task_limits throwing_too{.retries = 1, .retry_exceptions = true, .retry_pause = 10ms};

void crash(play& p, part& t)
{
    p.start(t);
    p.die(t.on);
}

} // namespace

BOOST_AUTO_TEST_SUITE(schedule_scheduler_retries)

BOOST_AUTO_TEST_CASE(a_task_without_retries_runs_once)
{
    play p = with_workers(1, 1);
    part& t = p.submit();
    crash(p, t);
    BOOST_TEST((t.failed == reason::crashed));
}

BOOST_AUTO_TEST_CASE(a_task_whose_worker_dies_runs_again_after_a_pause_that_doubles)
{
    play p = with_workers(2, 2);
    part& t = p.submit(twice_more);
    crash(p, t);
    BOOST_TEST(t.it.attempt == 2);
    p.pass(10ms - 1ns);
    p.heard();
    p.pass(1ns);
    BOOST_TEST(p.heard().starts_with("send t1"));
    crash(p, t);
    p.ready(3);
    p.ready(4);
    p.pass(20ms - 1ns);
    p.heard();
    p.pass(1ns);
    BOOST_TEST(p.heard().starts_with("send t1"));
    p.answer(t);
    BOOST_TEST(t.answered);
    BOOST_TEST(p.decisions().counts().retried == 2);
    BOOST_TEST(p.decisions().counts().succeeded == 1);
}

BOOST_AUTO_TEST_CASE(when_the_retries_are_used_up_it_has_crashed)
{
    play p = with_workers(2, {.max_workers = 2, .max_kills = 9});
    part& t = p.submit({.retries = 1, .retry_pause = 1ms});
    crash(p, t);
    p.pass(1ms);
    crash(p, t);
    BOOST_TEST((t.failed == reason::crashed));
}

BOOST_AUTO_TEST_CASE(a_task_that_ended_too_many_workers_is_quarantined)
{
    play p = with_workers(2, {.max_workers = 2, .max_kills = 2});
    part& t = p.submit({.retries = 100, .retry_pause = 1ms});
    crash(p, t);
    p.pass(1ms);
    crash(p, t);
    BOOST_TEST((t.failed == reason::quarantined));
    BOOST_TEST(t.forgotten);
}

BOOST_AUTO_TEST_CASE(what_it_throws_is_its_outcome_unless_asked_otherwise)
{
    play p = with_workers(1, 1);
    part& t = p.submit(twice_more);
    p.answer(t, answer{.succeeded = false});
    BOOST_TEST(t.answered);
    BOOST_TEST(p.decisions().counts().failed == 1);
    part& asked = p.submit(throwing_too);
    p.answer(asked, answer{.succeeded = false});
    BOOST_TEST(!asked.answered);
    p.pass(10ms);
    p.answer(asked, answer{.succeeded = false});
    BOOST_TEST(asked.answered);
    BOOST_TEST(p.decisions().counts().failed == 2);
}

BOOST_AUTO_TEST_CASE(a_deadline_ends_the_pause)
{
    play p = with_workers(1, 1);
    task_limits limits = twice_more;
    limits.deadline = p.now() + 5ms;
    part& t = p.submit(limits);
    crash(p, t);
    p.pass(5ms);
    BOOST_TEST((t.failed == reason::deadline_exceeded));
}

BOOST_AUTO_TEST_CASE(a_queue_timeout_is_for_the_first_start)
{
    play p = with_workers(1, 1);
    task_limits limits = twice_more;
    limits.queue_end = p.now() + 5ms;
    part& t = p.submit(limits);
    crash(p, t);
    p.pass(10ms);
    p.ready(2);
    p.answer(t);
    BOOST_TEST(t.answered);
}

BOOST_AUTO_TEST_CASE(in_its_pause_it_can_be_cancelled_and_terminated)
{
    play p = with_workers(2, 2);
    part& cancelled = p.submit(twice_more);
    crash(p, cancelled);
    p.cancel(cancelled);
    BOOST_TEST((cancelled.failed == reason::cancelled));
    part& terminated = p.submit(twice_more);
    crash(p, terminated);
    p.terminate();
    BOOST_TEST((terminated.failed == reason::cancelled));
}

BOOST_AUTO_TEST_CASE(a_closed_pool_waits_for_those_that_run_again)
{
    play p = with_workers(1, 1);
    part& t = p.submit(twice_more);
    crash(p, t);
    p.close();
    BOOST_TEST(!p.decisions().drained());
    p.pass(10ms);
    p.ready(2);
    p.answer(t);
    p.die(2);
    BOOST_TEST(p.decisions().drained());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule::test
