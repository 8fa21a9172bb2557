// SPDX-License-Identifier: BSL-1.0
// Workers that are exchanged, dismissed and added.
#include "play.hpp"

namespace procpool::schedule::test {

BOOST_AUTO_TEST_SUITE(schedule_scheduler_staff)

BOOST_AUTO_TEST_CASE(the_replacement_is_ready_before_a_worker_that_has_done_enough_leaves)
{
    play p = with_workers(1, {.max_workers = 1, .max_tasks = 1});
    part& first = p.submit();
    BOOST_TEST(p.heard() == "send t1 w1; spawn w2");
    part& second = p.submit();
    p.answer(first);
    BOOST_TEST(p.heard() == "answered t1");
    p.ready(2);
    BOOST_TEST(p.heard() == "retire recycled w1; send t2 w2");
    p.die(1);
    BOOST_TEST(p.heard() == "spawn w3");
    BOOST_TEST(p.decisions().counts().recycled_workers == 1);
    p.answer(second);
    BOOST_TEST(second.answered);
}

BOOST_AUTO_TEST_CASE(a_replacement_waits_for_the_seat_of_the_one_that_leaves)
{
    play p = with_workers(1, {.max_workers = 1, .max_tasks = 1});
    part& first = p.submit();
    p.submit();
    p.ready(2);
    p.heard();
    p.start(first);
    p.pass(1s);
    BOOST_TEST(p.heard() == "");
    p.answer(first);
    BOOST_TEST(p.heard() == "answered t1; retire recycled w1; send t2 w2");
}

BOOST_AUTO_TEST_CASE(a_worker_that_was_missing_replaces_none_that_grew_old_meanwhile)
{
    play p({.max_workers = 2, .min_workers = 2, .max_age = 1s});
    p.pass(0s);
    p.ready(1);
    p.pass(1s);
    BOOST_TEST(p.heard() == "spawn w1; spawn w2; spawn w3");
    p.ready(2);
    BOOST_TEST(p.heard() == "");
    BOOST_TEST(p.decisions().ready_count() == 2);
    p.ready(3);
    BOOST_TEST(p.heard() == "retire recycled w1");
}

BOOST_AUTO_TEST_CASE(not_all_are_exchanged_at_once)
{
    play p = with_workers(8, {.max_workers = 8, .max_age = 1s});
    p.pass(2s);
    BOOST_TEST(p.workers().size() == 10); // a quarter more
    for (worker_id id = 9; p.workers().size() > 8 || !p.workers().contains(9); ++id) {
        BOOST_REQUIRE(id < 100);
        if (p.workers().contains(id))
            p.ready(id);
        for (worker_id old = 1; old <= 8; ++old)
            if (p.workers().contains(old) && p.workers().at(old).retired)
                p.die(old);
        BOOST_TEST(p.decisions().ready_count() >= 8);
    }
}

BOOST_AUTO_TEST_CASE(those_that_started_together_do_not_leave_together)
{
    play p = with_workers(4, {.max_workers = 4, .max_age = 8s});
    p.pass(7s);
    p.heard();
    int moments = 0;
    for (int i = 0; i < 1000; ++i) {
        p.pass(1ms);
        moments += p.heard().empty() ? 0 : 1;
    }
    BOOST_TEST(moments >= 1); // one at a time is replaced, and it is due before the full time
}

BOOST_AUTO_TEST_CASE(a_worker_that_grew_too_large_works_until_its_replacement_is_ready)
{
    play p = with_workers(1, 1);
    part& first = p.submit();
    p.submit();
    p.answer(first, answer{.too_large = true});
    BOOST_TEST(p.heard() == "send t1 w1; send t2 w1; answered t1; spawn w2");
    p.answer(p.parts()[1]);
    p.submit();
    BOOST_TEST(p.heard() == "answered t2; send t3 w1");
    p.ready(2);
    p.answer(p.parts()[2]);
    BOOST_TEST(p.heard() == "answered t3; retire recycled w1");
}

BOOST_AUTO_TEST_CASE(what_a_leaving_worker_has_not_begun_runs_on_the_replacement)
{
    play p = with_workers(1, 1);
    part& large = p.submit();
    part& running = p.submit();
    p.submit();
    p.answer(large, answer{.too_large = true});
    p.start(running);
    p.heard();
    p.ready(2);
    BOOST_TEST(p.heard() == "take_back t3 w1");
    p.answer(running);
    BOOST_TEST(p.heard() == "answered t2; retire recycled w1; send t3 w2");
}

BOOST_AUTO_TEST_CASE(an_idle_worker_leaves_after_its_time_but_not_the_last_ones)
{
    play p = with_workers(1, {.max_workers = 3, .idle_timeout = 10ms});
    p.together([&] {
        p.submit();
        p.submit();
        p.submit();
    });
    p.ready(2);
    p.ready(3);
    for (part& t : p.parts())
        p.answer(t);
    p.heard();
    p.pass(100ms);
    p.die(p.workers().at(2).retired ? 2 : 1);
    BOOST_TEST(p.decisions().counts().recycled_workers == 0);
    for (worker_id id = 1; id <= 3; ++id)
        if (p.workers().contains(id) && p.workers().at(id).retired)
            p.die(id);
    BOOST_TEST(p.workers().size() == 1);
    BOOST_TEST(p.decisions().ready_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_busy_worker_is_not_idle)
{
    play p({.max_workers = 1, .idle_timeout = 10ms});
    part& t = p.submit();
    p.ready(1);
    p.start(t);
    p.pass(100ms);
    p.answer(t);
    p.heard();
    p.pass(10ms - 1ns);
    BOOST_TEST(p.heard() == "");
    p.pass(10ms);
    BOOST_TEST(p.heard() == "retire w1");
}

BOOST_AUTO_TEST_CASE(more_workers_are_started_when_there_may_be_more)
{
    play p = with_workers(1, 1);
    for (int i = 0; i < 3; ++i)
        p.submit();
    p.heard();
    p.resize(3);
    BOOST_TEST(p.heard() == "spawn w2; spawn w3");
}

BOOST_AUTO_TEST_CASE(workers_beyond_a_smaller_limit_finish_what_they_run)
{
    play p = with_workers(2, 2);
    std::deque<part*> tasks;
    for (int i = 0; i < 4; ++i)
        tasks.push_back(&p.submit());
    p.start(*tasks[0]);
    p.start(*tasks[1]);
    p.heard();
    p.resize(1);
    p.answer(*tasks[0]);
    p.answer(*tasks[1]);
    p.pass(1ms);
    BOOST_TEST(p.decisions().ready_count() == 1);
    for (part* t : {tasks[2], tasks[3]})
        p.answer(*t);
    BOOST_TEST(p.decisions().counts().succeeded == 4);
    BOOST_TEST(p.decisions().counts().killed_workers == 0);
}

BOOST_AUTO_TEST_CASE(a_worker_that_does_not_begin_is_replaced_by_the_limit_of_its_task)
{
    play p = with_workers(1, 1);
    task_limits limits = at_once;
    limits.timeout = 2s;
    part& t = p.submit(limits);
    p.submit();
    p.heard();
    p.pass(2s);
    BOOST_TEST(p.heard() == "take_back t2 w1; inspect t1 w1; take_back t1 w1; kill w1");
    p.die(1);
    p.ready(2);
    p.answer(t);
    BOOST_TEST(t.answered);
}

BOOST_AUTO_TEST_CASE(a_worker_that_begins_at_the_last_moment_is_not_stuck)
{
    play p = with_workers(1, 1);
    task_limits limits = at_once;
    limits.timeout = 2s;
    part& t = p.submit(limits);
    p.meanwhile = [&](const action& a) {
        if (a.kind == action_kind::take_back && t.says == word::queued)
            p.start(t);
    };
    p.pass(2s);
    p.answer(t);
    BOOST_TEST(t.answered);
    BOOST_TEST(p.decisions().ready_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule::test
