// SPDX-License-Identifier: BSL-1.0
#include "play.hpp"

namespace procpool::schedule::test {

BOOST_AUTO_TEST_SUITE(schedule_scheduler_close)

BOOST_AUTO_TEST_CASE(idle_workers_are_retired_and_starting_ones_killed)
{
    play p({.max_workers = 2, .min_workers = 2});
    p.open();
    p.ready(1);
    p.heard();
    p.close();
    BOOST_TEST(p.workers().at(1).retired);
    BOOST_TEST(p.workers().at(2).killed);
    p.die(1);
    BOOST_TEST(!p.decisions().drained());
    p.die(2);
    BOOST_TEST(p.decisions().drained());
}

BOOST_AUTO_TEST_CASE(what_was_submitted_is_still_done)
{
    play p = with_workers(1, 1);
    part& t = p.submit();
    p.close();
    BOOST_TEST(!p.workers().at(1).retired);
    p.answer(t);
    BOOST_TEST(p.workers().at(1).retired);
}

BOOST_AUTO_TEST_CASE(a_closed_pool_heals_while_it_has_tasks)
{
    play p = with_workers(1, 1);
    p.start(p.submit());
    part& t = p.submit();
    p.close();
    p.die(1);
    p.ready(2);
    p.answer(t);
    p.die(2);
    BOOST_TEST(t.answered);
    BOOST_TEST(p.decisions().drained());
}

BOOST_AUTO_TEST_CASE(a_retired_worker_that_stays_is_killed)
{
    play p = with_workers(1, 1);
    p.close();
    p.heard();
    p.pass(5s);
    BOOST_TEST(p.heard() == "kill w1");
    BOOST_TEST(!p.decisions().next_alarm());
}

BOOST_AUTO_TEST_CASE(a_retired_worker_is_no_crash)
{
    play p = with_workers(1, 1);
    p.close();
    p.die(1);
    BOOST_TEST(p.decisions().counts().crashed_workers == 0);
    BOOST_TEST(p.heard() == "retire w1");
}

BOOST_AUTO_TEST_CASE(a_pool_without_workers_is_drained_at_once)
{
    play p({.max_workers = 2});
    p.open();
    p.close();
    BOOST_TEST(p.decisions().drained());
}

BOOST_AUTO_TEST_CASE(terminate_cancels_everything_and_kills_all_workers)
{
    play p = with_workers(1, 1);
    p.start(p.submit());
    p.submit();
    p.submit();
    p.heard();
    p.terminate();
    BOOST_TEST(p.heard() == "finish t3 cancelled; forget t3; finish t1 cancelled; finish t2 cancelled; kill w1");
    p.die(1);
    BOOST_TEST(p.heard() == "forget t1; forget t2");
    BOOST_TEST(p.decisions().drained());
}

BOOST_AUTO_TEST_CASE(nothing_is_started_after_terminate)
{
    play p = with_workers(2, 4);
    p.submit(0, 10ms);
    p.submit(0, 10ms);
    p.terminate();
    p.heard();
    p.pass(1h);
    p.die(1);
    p.die(2);
    BOOST_TEST(p.heard() == "forget t2; forget t1");
    BOOST_TEST(p.decisions().drained());
}

BOOST_AUTO_TEST_CASE(terminate_ends_workers_that_are_starting_or_retired_too)
{
    play p({.max_workers = 2, .min_workers = 2});
    p.open();
    p.ready(1);
    p.close();
    p.terminate();
    BOOST_TEST(p.workers().at(1).killed);
    p.die(1);
    p.die(2);
    BOOST_TEST(p.decisions().drained());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule::test
