// SPDX-License-Identifier: BSL-1.0
// The steps by which a worker is ended for a task that must not run on.
#include "play.hpp"

namespace procpool::schedule::test {
namespace {

constexpr task_limits gentle{.grace = 10ms, .kill_grace = 20ms};

} // namespace

BOOST_AUTO_TEST_SUITE(schedule_scheduler_grace)

BOOST_AUTO_TEST_CASE(who_was_given_up_is_asked_then_terminated_then_killed)
{
    play p = with_workers(1, 1);
    part& t = p.submit(gentle);
    p.start(t);
    p.heard();
    p.cancel(t);
    BOOST_TEST(p.heard() == "take_back t1 w1; finish t1 cancelled; ask t1 w1");
    p.pass(10ms - 1ns);
    BOOST_TEST(p.heard() == "");
    p.pass(1ns);
    BOOST_TEST(p.heard() == "end_if_running t1 w1");
    p.pass(20ms - 1ns);
    BOOST_TEST(p.heard() == "");
    p.pass(1ns);
    BOOST_TEST(p.heard() == "kill w1");
    p.die(1);
    BOOST_TEST(p.decisions().counts().killed_workers == 1);
}

BOOST_AUTO_TEST_CASE(whose_time_is_over_is_not_asked)
{
    play p = with_workers(1, 1);
    task_limits limits = gentle;
    limits.timeout = 5ms;
    part& t = p.submit(limits);
    p.start(t);
    p.heard();
    p.pass(5ms);
    BOOST_TEST(p.heard() == "inspect t1 w1; finish t1 timed_out; end_if_running t1 w1");
}

BOOST_AUTO_TEST_CASE(a_worker_whose_task_stops_when_asked_goes_on)
{
    play p = with_workers(1, 1);
    part& t = p.submit(gentle);
    p.start(t);
    p.submit();
    p.cancel(t);
    p.heard();
    p.answer(t);
    BOOST_TEST(p.heard() == "forget t1; send t2 w1");
    BOOST_TEST(!p.decisions().next_alarm());
}

BOOST_AUTO_TEST_CASE(a_worker_that_has_sigterm_gets_no_task_any_more)
{
    play p = with_workers(1, 1);
    part& t = p.submit(gentle);
    p.start(t);
    p.submit();
    p.cancel(t);
    p.pass(10ms);
    p.complete(t);
    p.heard();
    p.deliver(1);
    BOOST_TEST(p.heard() == "forget t1; kill w1");
    p.die(1);
    p.ready(2);
    BOOST_TEST(p.heard() == "spawn w2; send t2 w2");
}

BOOST_AUTO_TEST_CASE(nobody_is_sent_ahead_of_a_task_that_was_asked_to_stop)
{
    play p = with_workers(1, 1);
    part& t = p.submit(gentle);
    p.start(t);
    part& innocent = p.submit();
    p.cancel(t);
    BOOST_TEST((innocent.it.where == stage::waiting));
    p.pass(30ms);
    p.die(1);
    p.ready(2);
    p.answer(innocent);
    BOOST_TEST(innocent.answered);
}

BOOST_AUTO_TEST_CASE(a_caller_may_be_content_with_asking)
{
    play p = with_workers(1, 1);
    part& t = p.submit({.on_cancel = when_cancelled::ask});
    p.start(t);
    p.heard();
    p.cancel(t);
    BOOST_TEST(p.heard() == "take_back t1 w1; finish t1 cancelled; ask t1 w1");
    p.pass(1h);
    BOOST_TEST(p.heard() == "");
    p.answer(t);
    BOOST_TEST(p.heard() == "forget t1");
}

BOOST_AUTO_TEST_CASE(an_abandoned_task_is_not_even_asked)
{
    play p = with_workers(1, 1);
    part& t = p.submit({.on_cancel = when_cancelled::abandon});
    p.start(t);
    p.heard();
    p.cancel(t);
    BOOST_TEST(p.heard() == "take_back t1 w1; finish t1 cancelled");
}

BOOST_AUTO_TEST_CASE(a_worker_that_an_abandoned_task_occupies_is_missing_to_the_next_task)
{
    play p = with_workers(1, 2);
    part& t = p.submit({.on_cancel = when_cancelled::abandon});
    p.start(t);
    p.cancel(t);
    p.heard();
    p.submit();
    BOOST_TEST(p.heard().find("spawn w2") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(schedule_scheduler_limits)

BOOST_AUTO_TEST_CASE(a_task_that_waits_too_long_never_reaches_a_worker)
{
    play p = with_workers(1, 1);
    p.start(p.submit());
    p.submit(); // sent ahead
    p.submit({.queue_end = p.now() + 10ms});
    p.heard();
    p.pass(10ms);
    BOOST_TEST(p.heard() == "finish t3 queued_too_long; forget t3");
}

BOOST_AUTO_TEST_CASE(a_task_that_was_sent_ahead_still_waits)
{
    play p = with_workers(1, 1);
    p.start(p.submit());
    p.submit({.queue_end = p.now() + 10ms});
    p.heard();
    p.pass(10ms);
    BOOST_TEST(p.heard() == "inspect t2 w1; take_back t2 w1; finish t2 queued_too_long; forget t2");
}

BOOST_AUTO_TEST_CASE(a_task_that_has_started_waits_no_more)
{
    play p = with_workers(1, 1);
    part& t = p.submit({.queue_end = p.now() + 10ms});
    p.start(t);
    p.pass(1h);
    p.answer(t);
    BOOST_TEST(t.answered);
    BOOST_TEST(!p.decisions().next_alarm());
}

BOOST_AUTO_TEST_CASE(a_task_that_comes_back_has_the_same_time_to_wait)
{
    play p = with_workers(1, 1);
    part& t = p.submit({.queue_end = p.now() + 10ms});
    p.die(1);
    p.pass(10ms);
    BOOST_TEST((t.failed == reason::queued_too_long));
}

BOOST_AUTO_TEST_CASE(a_deadline_holds_in_the_queue_and_in_the_run)
{
    play p = with_workers(1, 1);
    part& runs = p.submit({.deadline = p.now() + 10ms});
    part& waits = p.submit({.deadline = p.now() + 10ms});
    p.start(runs);
    p.pass(10ms);
    BOOST_TEST((runs.failed == reason::deadline_exceeded));
    BOOST_TEST((waits.failed == reason::deadline_exceeded));
}

BOOST_AUTO_TEST_CASE(the_limit_that_ends_first_is_named)
{
    play p = with_workers(1, 1);
    part& t = p.submit({.timeout = 5ms, .deadline = p.now() + 10ms});
    p.start(t);
    p.pass(10ms);
    BOOST_TEST((t.failed == reason::timed_out));
}

BOOST_AUTO_TEST_CASE(a_soft_timeout_asks_once)
{
    play p = with_workers(1, 1);
    part& t = p.submit({.timeout = 20ms, .soft_timeout = 10ms});
    p.start(t);
    p.heard();
    p.pass(10ms);
    BOOST_TEST(p.heard() == "inspect t1 w1; ask t1 w1");
    p.pass(9ms);
    BOOST_TEST(p.heard() == "");
    p.answer(t);
    BOOST_TEST(t.answered);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule::test
