// SPDX-License-Identifier: BSL-1.0
#include "play.hpp"

namespace procpool::schedule::test {

BOOST_AUTO_TEST_SUITE(schedule_scheduler_kill_order)

BOOST_AUTO_TEST_CASE(what_else_is_queued_there_leaves_before_a_worker_is_killed)
{
    play p = with_workers(1, 1);
    part& offender = p.submit();
    p.start(offender);
    p.submit();
    p.heard();
    p.cancel(offender);
    BOOST_TEST(p.heard() == "take_back t1 w1; finish t1 cancelled; take_back t2 w1; kill_if_running t1 w1");
    BOOST_TEST(p.workers().at(1).killed);
    p.die(1);
    p.ready(2);
    BOOST_TEST(p.heard() == "forget t1; spawn w2; send t2 w2");
    BOOST_TEST(p.decisions().counts().killed_workers == 1);
}

BOOST_AUTO_TEST_CASE(a_worker_whose_offender_ended_meanwhile_is_spared)
{
    play p = with_workers(1, 1);
    part& offender = p.submit();
    part& innocent = p.submit();
    p.start(offender);
    p.meanwhile = [&](const action& a) {
        if (a.kind == action_kind::take_back && a.about == &innocent.it) {
            p.complete(offender);
            p.start(innocent);
        }
    };
    p.cancel(offender);
    BOOST_TEST(!p.workers().at(1).killed);
    p.meanwhile = {};
    p.answer(innocent);
    BOOST_TEST(innocent.answered);
    BOOST_TEST(offender.forgotten);
}

BOOST_AUTO_TEST_CASE(a_spared_worker_takes_tasks_again)
{
    play p = with_workers(1, 1);
    part& offender = p.submit();
    p.start(offender);
    p.submit();
    p.meanwhile = [&](const action& a) {
        if (a.kind == action_kind::kill_if_running)
            p.complete(offender);
    };
    p.heard();
    p.cancel(offender);
    BOOST_TEST(p.heard() == "take_back t1 w1; finish t1 cancelled; take_back t2 w1; kill_if_running t1 w1; send t2 w1");
}

// Both are over time at one tick: the first has just ended, the second runs.
BOOST_AUTO_TEST_CASE(a_second_offender_of_a_spared_worker_is_stopped_too)
{
    play p = with_workers(1, 1);
    part& first = p.submit(0, 10ms);
    p.start(first);
    part& second = p.submit(0, 10ms);
    p.meanwhile = [&](const action& a) {
        if (a.kind == action_kind::inspect && a.about == &second.it) {
            p.complete(first);
            p.start(second);
            second.started -= 10ms; // the loop was late
        }
    };
    p.pass(10ms);
    BOOST_TEST((second.failed == reason::timed_out));
    BOOST_TEST(p.workers().at(1).killed);
}

BOOST_AUTO_TEST_CASE(a_condemned_worker_gets_no_more_tasks)
{
    play p = with_workers(1, 1);
    part& offender = p.submit();
    p.start(offender);
    p.cancel(offender);
    p.heard();
    p.submit();
    BOOST_TEST(p.heard() == "");
    p.die(1);
    BOOST_TEST(p.heard() == "forget t1; spawn w2");
}

BOOST_AUTO_TEST_CASE(a_killed_worker_is_replaced_only_when_there_is_work)
{
    play p({.max_workers = 2});
    part& offender = p.submit();
    p.ready(1);
    p.start(offender);
    p.heard();
    p.cancel(offender);
    p.die(1);
    BOOST_TEST(p.heard() == "take_back t1 w1; finish t1 cancelled; kill_if_running t1 w1; forget t1");
}

BOOST_AUTO_TEST_CASE(a_late_answer_of_a_killed_task_changes_nothing)
{
    play p = with_workers(1, 1);
    part& offender = p.submit();
    p.start(offender);
    p.cancel(offender);
    p.complete(offender); // just before the signal arrived
    p.heard();
    p.die(1);
    BOOST_TEST(p.heard() == "forget t1; spawn w2");
    BOOST_TEST(p.decisions().counts().succeeded == 0);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule::test
