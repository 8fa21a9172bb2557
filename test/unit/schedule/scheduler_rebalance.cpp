// SPDX-License-Identifier: BSL-1.0
#include "play.hpp"

namespace procpool::schedule::test {

BOOST_AUTO_TEST_SUITE(schedule_scheduler_rebalance)

namespace {

/// One worker has 5 short tasks, a second one has just become ready.
play one_rich_one_idle()
{
    play p({.max_workers = 2});
    part& measured = p.submit();
    p.ready(1);
    p.answer(measured, 1us);
    for (int i = 0; i < 5; ++i)
        p.submit();
    p.start(p.parts()[1]);
    p.heard();
    p.ready(2);
    return p;
}

} // namespace

BOOST_AUTO_TEST_CASE(an_idle_worker_takes_over_half_of_what_has_not_started)
{
    play p = one_rich_one_idle();
    BOOST_TEST(p.workers().at(1).tasks.size() == 3);
    BOOST_TEST(p.workers().at(2).tasks.size() == 2);
}

BOOST_AUTO_TEST_CASE(no_short_task_starves_behind_a_long_one)
{
    play p = one_rich_one_idle();
    while (part* next = p.workers().at(2).first(word::queued))
        p.answer(*next, 1us);
    BOOST_TEST(p.workers().at(1).tasks.size() == 1);
}

BOOST_AUTO_TEST_CASE(a_worker_that_ran_out_of_tasks_gets_the_one_sent_ahead_elsewhere)
{
    play p = with_workers(2, 2);
    part& a = p.submit();
    part& b = p.submit();
    p.start(a);
    p.start(b);
    part& ahead = p.submit();
    part& freed = ahead.on == a.on ? b : a;
    p.answer(freed);
    BOOST_TEST(ahead.on == freed.on);
}

BOOST_AUTO_TEST_CASE(a_task_that_starts_meanwhile_stays)
{
    play p = with_workers(2, 2);
    part& a = p.submit();
    part& b = p.submit();
    p.start(a);
    p.start(b);
    part& ahead = p.submit();
    part& before = ahead.on == a.on ? a : b;
    p.complete(before);
    p.start(ahead);
    const worker_id place = ahead.on;
    p.answer(&before == &a ? b : a);
    BOOST_TEST(ahead.on == place);
    p.complete(ahead);
    p.deliver(place);
    BOOST_TEST(ahead.answered);
}

BOOST_AUTO_TEST_CASE(a_single_task_is_not_moved)
{
    play p = with_workers(1, 2);
    p.start(p.submit());
    p.heard();
    p.submit();
    p.ready(2);
    p.heard();
    p.pass(1h);
    BOOST_TEST(p.heard() == "");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule::test
