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

} // namespace

BOOST_AUTO_TEST_CASE(an_answer_that_is_held_behind_a_long_task_is_collected)
{
    play p = with_short_tasks();
    part& held = p.submit();
    part& long_one = p.submit();
    p.start(held);
    p.complete(held);
    p.start(long_one);
    p.pass(1ms);
    BOOST_TEST(held.answered);
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
    p.pass(1s);
    BOOST_TEST(p.heard() == "");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule::test
