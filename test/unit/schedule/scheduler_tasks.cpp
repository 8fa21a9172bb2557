// SPDX-License-Identifier: BSL-1.0
#include "play.hpp"

namespace procpool::schedule::test {

BOOST_AUTO_TEST_SUITE(schedule_scheduler_tasks)

BOOST_AUTO_TEST_CASE(the_first_task_starts_a_worker_and_waits_for_it)
{
    play p({.max_workers = 2});
    p.submit();
    BOOST_TEST(p.heard() == "spawn w1");
    p.ready(1);
    BOOST_TEST(p.heard() == "send t1 w1");
}

BOOST_AUTO_TEST_CASE(an_answer_ends_a_task)
{
    play p = with_workers(1, 1);
    part& t = p.submit();
    p.answer(t);
    BOOST_TEST(p.heard() == "send t1 w1; answered t1");
    BOOST_TEST(!p.decisions().has_tasks());
}

BOOST_AUTO_TEST_CASE(one_task_is_sent_ahead_and_more_wait)
{
    play p = with_workers(1, 1);
    part& first = p.submit();
    p.submit();
    p.submit();
    BOOST_TEST(p.heard() == "send t1 w1; send t2 w1");
    BOOST_TEST(p.decisions().waiting_count() == 1);
    p.answer(first);
    BOOST_TEST(p.heard() == "answered t1; send t3 w1");
}

BOOST_AUTO_TEST_CASE(short_tasks_are_sent_in_plenty)
{
    play p = with_workers(1, 1);
    p.answer(p.submit(), 1us);
    for (std::size_t i = 0; i < send_ahead::most + 1; ++i)
        p.submit();
    BOOST_TEST(p.decisions().sent_count() == send_ahead::most);
    BOOST_TEST(p.decisions().waiting_count() == 1);
}

BOOST_AUTO_TEST_CASE(an_idle_worker_comes_before_one_that_is_busy)
{
    play p = with_workers(2, 2);
    BOOST_TEST(p.submit().on != p.submit().on);
    BOOST_TEST(p.decisions().busy_count() == 2);
}

BOOST_AUTO_TEST_CASE(a_higher_priority_is_sent_first)
{
    play p = with_workers(1, 1);
    part& running = p.submit(5);
    p.submit(5);
    p.submit(0);
    p.submit(1);
    p.heard();
    p.answer(running);
    BOOST_TEST(p.heard() == "answered t1; send t4 w1");
}

BOOST_AUTO_TEST_CASE(a_task_that_was_merely_sent_ahead_makes_way_for_a_higher_priority)
{
    play p = with_workers(1, 1);
    p.start(p.submit());
    p.submit();
    p.heard();
    p.submit(1);
    BOOST_TEST(p.heard() == "take_back t2 w1; send t3 w1");
}

BOOST_AUTO_TEST_CASE(a_task_that_has_started_makes_way_for_nobody)
{
    play p = with_workers(1, 1);
    part& first = p.submit();
    part& second = p.submit();
    p.start(first);
    p.complete(first);
    p.start(second);
    p.heard();
    p.submit(1);
    p.submit(1);
    BOOST_TEST(p.heard() == "take_back t2 w1");
}

BOOST_AUTO_TEST_CASE(tasks_that_arrive_together_are_sent_by_priority)
{
    play p = with_workers(1, 1);
    p.together([&] {
        for (const int priority : {0, 1, 2})
            p.submit(priority);
    });
    BOOST_TEST(p.heard() == "send t3 w1; send t2 w1");
}

BOOST_AUTO_TEST_CASE(answers_that_arrive_together_end_before_anything_new_is_sent)
{
    play p = with_workers(1, 1);
    p.together([&] {
        for (int i = 0; i < 4; ++i)
            p.submit();
    });
    p.heard();
    for (part* t : {&p.parts()[0], &p.parts()[1]}) {
        p.start(*t);
        p.complete(*t);
    }
    p.deliver(1);
    BOOST_TEST(p.heard() == "answered t1; answered t2; send t3 w1; send t4 w1");
}

BOOST_AUTO_TEST_CASE(ends_are_counted_by_their_kind)
{
    play p = with_workers(1, 1);
    p.answer(p.submit());
    p.cancel(p.submit());
    p.start(p.submit());
    p.die(1);
    const tally& counts = p.decisions().counts();
    BOOST_TEST(counts.submitted == 3);
    BOOST_TEST(counts.succeeded == 1);
    BOOST_TEST(counts.cancelled == 1);
    BOOST_TEST(counts.failed == 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule::test
