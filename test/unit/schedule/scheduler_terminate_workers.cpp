// SPDX-License-Identifier: BSL-1.0
// All workers get SIGTERM, and SIGKILL after a grace.
#include "play.hpp"

namespace procpool::schedule::test {

BOOST_AUTO_TEST_SUITE(schedule_scheduler_terminate_workers)

BOOST_AUTO_TEST_CASE(what_has_not_started_leaves_and_what_runs_has_its_grace)
{
    play p = with_workers(1, 1);
    part& runs = p.submit();
    p.start(runs);
    p.submit();
    p.heard();
    p.terminate_workers(20ms);
    BOOST_TEST(p.heard() == "take_back t1 w1; take_back t2 w1; terminate w1"); // the first one runs
    p.pass(20ms - 1ns);
    BOOST_TEST(p.heard() == "");
    p.pass(1ns);
    BOOST_TEST(p.heard() == "kill w1");
    p.die(1);
    BOOST_TEST((runs.failed == reason::crashed));
    BOOST_TEST(p.heard() == "finish t1 crashed; forget t1; spawn w2");
    p.ready(2);
    BOOST_TEST(p.heard() == "send t2 w2");
    BOOST_TEST(p.decisions().counts().killed_workers == 1);
}

BOOST_AUTO_TEST_CASE(a_task_that_ends_in_its_grace_has_its_result)
{
    play p = with_workers(1, 1);
    part& runs = p.submit();
    p.start(runs);
    p.terminate_workers(20ms);
    p.heard();
    p.answer(runs);
    BOOST_TEST(runs.answered);
    BOOST_TEST(p.heard() == "answered t1; kill w1"); // it would die of SIGTERM anyway
}

BOOST_AUTO_TEST_CASE(an_answer_that_was_on_its_way_costs_the_next_task_no_grace)
{
    play p = with_workers(1, 1);
    part& before = p.submit();
    part& runs = p.submit();
    p.start(before);
    p.complete(before); // its answer is still on its way
    p.start(runs);
    p.heard();
    p.terminate_workers(20ms);
    BOOST_TEST(p.heard() == "take_back t1 w1; take_back t2 w1; terminate w1");
    p.deliver(1);
    BOOST_TEST(p.heard() == "answered t1");
    p.complete(runs);
    p.deliver(1);
    BOOST_TEST(p.heard() == "answered t2; kill w1");
}

BOOST_AUTO_TEST_CASE(without_grace_they_are_killed_at_once_as_are_those_that_start)
{
    play p = with_workers(1, 1);
    p.heard();
    p.terminate_workers(duration::zero());
    BOOST_TEST(p.heard() == "kill w1");
    play starting(limits{.min_workers = 1});
    starting.open();
    starting.heard();
    starting.terminate_workers(1h);
    BOOST_TEST(starting.heard() == "kill w1");
}

BOOST_AUTO_TEST_CASE(a_shorter_grace_counts)
{
    play p = with_workers(1, 1);
    p.start(p.submit());
    p.terminate_workers(10ms);
    p.terminate_workers(20ms);
    p.heard();
    p.pass(10ms);
    BOOST_TEST(p.heard() == "kill w1");
    p.terminate_workers(10ms);
    BOOST_TEST(p.heard() == "");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule::test
