// SPDX-License-Identifier: BSL-1.0
#include "play.hpp"

namespace procpool::schedule::test {

BOOST_AUTO_TEST_SUITE(schedule_scheduler_cancel)

BOOST_AUTO_TEST_CASE(a_waiting_task_is_cancelled_without_a_trace)
{
    play p({.max_workers = 1});
    part& t = p.submit();
    p.heard();
    p.cancel(t);
    BOOST_TEST(p.heard() == "finish t1 cancelled; forget t1");
    BOOST_TEST(!p.decisions().has_tasks());
}

BOOST_AUTO_TEST_CASE(a_task_that_was_sent_ahead_is_taken_back)
{
    play p = with_workers(1, 1);
    p.start(p.submit());
    part& ahead = p.submit();
    p.heard();
    p.cancel(ahead);
    BOOST_TEST(p.heard() == "take_back t2 w1; finish t2 cancelled; forget t2");
    BOOST_TEST(!p.workers().at(1).killed);
}

BOOST_AUTO_TEST_CASE(a_cancelled_task_is_revoked_before_anything_else_is_decided)
{
    play p = with_workers(1, 1);
    p.start(p.submit());
    part& ahead = p.submit();
    p.submit();
    p.heard();
    p.is_busy = true;
    p.cancel(ahead);
    BOOST_TEST(p.heard() == "take_back t2 w1; finish t2 cancelled; forget t2");
    part& arriving = p.submit();
    p.cancel(arriving);
    BOOST_TEST(p.heard() == "finish t4 cancelled; forget t4");
    p.is_busy = false;
    p.pass(0ns);
    p.submit();
    BOOST_TEST(p.heard() == "send t3 w1");
}

BOOST_AUTO_TEST_CASE(the_place_of_a_cancelled_task_goes_to_the_next)
{
    play p = with_workers(1, 1);
    p.start(p.submit());
    part& ahead = p.submit();
    p.submit();
    p.heard();
    p.cancel(ahead);
    BOOST_TEST(p.heard() == "take_back t2 w1; finish t2 cancelled; forget t2; send t3 w1");
}

BOOST_AUTO_TEST_CASE(all_that_has_not_started_is_cancelled_up_to_a_task)
{
    play p = with_workers(1, 1);
    part& runs = p.submit();
    p.start(runs);
    p.submit();  // sent ahead
    p.submit();  // waits
    p.submit(1); // comes before them, and waits
    part& after = p.submit();
    p.heard();
    p.cancel_pending(4);
    BOOST_TEST(!runs.has_outcome());
    BOOST_TEST(!after.has_outcome());
    for (std::size_t i : {1u, 2u, 3u})
        BOOST_TEST((p.parts()[i].failed == reason::cancelled));
    p.answer(runs);
    p.answer(after);
    BOOST_TEST(!p.decisions().has_tasks());
}

BOOST_AUTO_TEST_CASE(the_caller_of_a_running_task_is_freed_before_its_worker_is_gone)
{
    play p = with_workers(1, 1);
    part& t = p.submit();
    p.start(t);
    p.cancel(t);
    BOOST_TEST((t.failed == reason::cancelled));
    BOOST_TEST(!t.forgotten);
    p.die(1);
    BOOST_TEST(t.forgotten);
}

BOOST_AUTO_TEST_CASE(a_cancellation_that_spares_running_tasks_lets_one_run_on)
{
    play p = with_workers(1, 1);
    part& t = p.submit();
    p.start(t);
    p.heard();
    p.cancel(t, false);
    BOOST_TEST(p.heard() == "take_back t1 w1");
    p.answer(t);
    BOOST_TEST(t.answered);
}

BOOST_AUTO_TEST_CASE(a_task_that_was_spared_once_can_still_be_stopped)
{
    play p = with_workers(1, 1);
    part& t = p.submit();
    p.start(t);
    p.cancel(t, false);
    p.cancel(t, true);
    BOOST_TEST((t.failed == reason::cancelled));
    BOOST_TEST(p.workers().at(1).killed);
}

BOOST_AUTO_TEST_CASE(cancelling_twice_does_nothing_more)
{
    play p = with_workers(1, 1);
    part& t = p.submit();
    p.start(t);
    p.cancel(t);
    p.heard();
    p.cancel(t);
    BOOST_TEST(p.heard() == "");
}

BOOST_AUTO_TEST_CASE(a_task_whose_answer_is_on_its_way_is_cancelled_for_its_caller_alone)
{
    play p = with_workers(1, 1);
    part& t = p.submit();
    p.start(t);
    p.complete(t);
    p.heard();
    p.cancel(t);
    BOOST_TEST(p.heard() == "take_back t1 w1; finish t1 cancelled; kill_if_running t1 w1");
    BOOST_TEST(!p.workers().at(1).killed);
    p.deliver(1);
    BOOST_TEST(p.heard() == "forget t1");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule::test
