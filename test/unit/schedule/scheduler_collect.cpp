// SPDX-License-Identifier: BSL-1.0
#include "play.hpp"

namespace procpool::schedule::test {

BOOST_AUTO_TEST_SUITE(schedule_scheduler_collect)

namespace {

/// One worker whose tasks have been short so far.
play with_short_tasks()
{
    play p = with_workers(1, 1);
    p.answer(p.submit(), 1us);
    p.heard();
    return p;
}

/// The first task has ended, and its answer is held while the other one runs.
bool is_collected(play& p, part& held, part& behind)
{
    p.start(held);
    p.complete(held);
    p.start(behind);
    p.pass(1ms);
    return held.answered;
}

} // namespace

BOOST_AUTO_TEST_CASE(an_answer_that_is_held_behind_a_long_task_is_collected)
{
    play p = with_short_tasks();
    part& held = p.submit();
    part& long_one = p.submit();
    BOOST_TEST(is_collected(p, held, long_one));
}

BOOST_AUTO_TEST_CASE(also_behind_one_whose_own_answer_may_not_be_held)
{
    play p = with_workers(1, 1);
    p.answer(p.submit(), 80us);
    p.together([&] { p.submit(), p.submit(); }); // of brief tasks the last one's answer is not held
    part& held = p.parts()[1];
    BOOST_TEST(is_collected(p, held, p.parts()[2]));
}

BOOST_AUTO_TEST_CASE(also_behind_one_for_that_worker_alone)
{
    play p = with_short_tasks();
    part& held = p.submit();
    part& bound = p.submit_to(1);
    BOOST_TEST(is_collected(p, held, bound));
}

BOOST_AUTO_TEST_CASE(also_when_it_could_be_held_only_after_another_one_was_answered)
{
    play p = with_workers(1, 1);
    part& long_one = p.submit();
    part& held = p.submit_to(1);
    p.start(long_one);
    for (int i = 0; i != 20; ++i) // until tasks are short on average
        p.submit();
    p.answer(long_one, 1us);
    p.answer(held, 1us);
    part& next = p.parts()[2];
    BOOST_TEST(is_collected(p, next, p.parts()[3]));
}

BOOST_AUTO_TEST_CASE(nothing_is_collected_where_nothing_can_be_held)
{
    play p = with_short_tasks();
    p.start(p.submit());
    p.heard();
    p.pass(1h);
    BOOST_TEST(p.heard() == "");
    BOOST_TEST(!p.decisions().next_alarm());
}

BOOST_AUTO_TEST_CASE(collecting_ends_when_tasks_are_long)
{
    play p = with_short_tasks();
    p.answer(p.submit(), 1h);
    p.pass(1ms);
    p.start(p.submit());
    p.submit();
    p.heard();
    p.pass(49ms);
    BOOST_TEST(p.heard() == "");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule::test
