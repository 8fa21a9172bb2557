// SPDX-License-Identifier: BSL-1.0
// Tasks that turn out to be much longer than those by which it was decided how many to send ahead.
#include "play.hpp"

namespace procpool::schedule::test {

BOOST_AUTO_TEST_SUITE(schedule_scheduler_late)

namespace {

/// Workers whose tasks have been short so far. The first one has this many more, and has begun the first.
play with_many_sent_ahead(std::size_t workers, int count)
{
    play p = with_workers(workers, workers);
    p.answer(p.submit(), 1us);
    for (int i = 0; i != count; ++i)
        p.submit();
    p.start(p.parts()[1]);
    p.heard();
    return p;
}

std::size_t tasks_of(play& p, worker_id id)
{
    return p.workers().at(id).tasks.size();
}

} // namespace

BOOST_AUTO_TEST_CASE(what_waits_behind_one_for_long_goes_back_to_the_queue)
{
    play p = with_many_sent_ahead(1, 200);
    p.pass(49ms);
    BOOST_TEST(tasks_of(p, 1) == 200u);
    p.pass(1ms);
    BOOST_TEST(tasks_of(p, 1) == 1u);
    BOOST_TEST(p.decisions().waiting_count() == 199u);
}

BOOST_AUTO_TEST_CASE(then_a_more_important_one_is_the_next)
{
    play p = with_many_sent_ahead(1, 200);
    part& urgent = p.submit(1);
    p.pass(50ms);
    p.answer(p.parts()[1], 50ms);
    BOOST_TEST(p.workers().at(1).tasks.front() == &urgent);
}

BOOST_AUTO_TEST_CASE(nothing_more_is_sent_there_before_an_answer_comes)
{
    play p = with_many_sent_ahead(2, 3);
    part& long_one = p.parts()[1];
    const worker_id other = 3 - long_one.on;
    p.pass(50ms);
    p.answer(p.parts()[2], 1us), p.answer(p.parts()[3], 1us);
    for (int i = 0; i != 1000; ++i) {
        p.answer(p.submit(), 1us);
        p.pass(10ms);
    }
    BOOST_TEST(p.workers().at(other).runs >= 1000u);
    BOOST_TEST(tasks_of(p, long_one.on) == 1u);
    p.answer(long_one, 10s);
    p.submit(), p.submit();
    BOOST_TEST(tasks_of(p, long_one.on) != 0u);
}

BOOST_AUTO_TEST_CASE(a_worker_that_has_nothing_left_without_an_answer_gets_tasks_again)
{
    play p = with_workers(1, 1);
    part& first = p.submit();
    part& second = p.submit(); // neither has begun
    p.pass(50ms);
    BOOST_TEST(p.decisions().waiting_count() == 1u);
    p.cancel(first);
    BOOST_TEST(p.workers().at(1).tasks.front() == &second);
}

BOOST_AUTO_TEST_CASE(a_pool_whose_workers_are_all_late_can_be_made_smaller)
{
    play p = with_workers(2, 2);
    for (int i = 0; i != 4; ++i)
        p.submit();
    for (const int i : {0, 1})
        p.start(p.parts()[static_cast<std::size_t>(i)]);
    p.pass(50ms);
    p.resize(1);
    p.answer(p.parts()[0], 1s);
    p.answer(p.parts()[1], 1s);
    BOOST_TEST(p.decisions().ready_count() == 1u);
}

BOOST_AUTO_TEST_CASE(a_more_important_task_passes_all_that_would_not_be_sent_ahead_now)
{
    play p = with_many_sent_ahead(1, 200);
    for (std::size_t i = 1; i != 20; ++i)
        p.answer(p.parts()[i], 10ms);
    const std::size_t left = tasks_of(p, 1);
    BOOST_TEST(left > 100u); // sent when tasks were short
    p.start(p.parts()[20]);
    part& urgent = p.submit(1);
    BOOST_TEST(tasks_of(p, 1) == 2u);
    BOOST_TEST(p.workers().at(1).tasks.back() == &urgent);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule::test
