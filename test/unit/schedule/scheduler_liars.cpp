// SPDX-License-Identifier: BSL-1.0
// Workers whose page says what is not so: time limits hold all the same, and nothing goes round for ever.
#include "play.hpp"

namespace procpool::schedule::test {

BOOST_AUTO_TEST_SUITE(schedule_scheduler_liars)

BOOST_AUTO_TEST_CASE(a_worker_whose_task_is_over_and_never_answered_is_killed_when_it_has_nothing_else)
{
    play p = with_workers(1, 1);
    part& offender = p.submit();
    p.start(offender);
    part& innocent = p.submit();
    p.meanwhile = [&](const action& a) {
        if (a.kind == action_kind::kill_if_running)
            p.complete(offender); // its word says so; the answer does not come
    };
    p.cancel(offender);
    p.meanwhile = {};
    BOOST_TEST(!p.workers().at(1).killed);
    p.pass(1s);
    BOOST_TEST(p.workers().at(1).killed);
    p.die(1);
    p.ready(2);
    p.answer(innocent);
    BOOST_TEST(innocent.answered);
}

BOOST_AUTO_TEST_CASE(it_is_spared_while_it_runs_another_task)
{
    play p = with_workers(1, 1);
    part& offender = p.submit();
    p.start(offender);
    part& innocent = p.submit();
    p.meanwhile = [&](const action& a) {
        if (a.kind == action_kind::take_back && a.about == &innocent.it) {
            p.complete(offender);
            p.start(innocent);
        }
    };
    p.cancel(offender);
    p.meanwhile = {};
    p.pass(1h);
    BOOST_TEST(!p.workers().at(1).killed);
    p.answer(innocent);
    BOOST_TEST(innocent.answered);
    BOOST_TEST(offender.forgotten);
    BOOST_TEST(p.decisions().ready_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_start_that_moves_into_the_future_does_not_move_the_time_limit)
{
    play p = with_workers(1, 1);
    part& t = p.submit(0, 10ms);
    p.start(t);
    const auto began = t.started;
    p.meanwhile = [&](const action& a) { t.started = a.kind == action_kind::inspect ? p.now() + 1h : began; };
    p.pass(10ms);
    p.pass(10ms);
    BOOST_TEST((t.failed == reason::timed_out));
}

BOOST_AUTO_TEST_CASE(a_task_that_has_ended_when_its_time_is_looked_at_has_a_second_for_its_answer)
{
    for (const bool answers : {true, false}) {
        play p = with_workers(1, 1);
        part& t = p.submit(0, 10ms);
        p.start(t);
        p.complete(t);
        p.pass(10ms);
        p.pass(989ms);
        BOOST_TEST(!t.failed);
        if (answers)
            p.deliver(t.on);
        p.pass(1s);
        BOOST_TEST(t.answered == answers);
        BOOST_TEST((t.failed == (answers ? std::nullopt : std::optional(reason::timed_out))));
    }
}

BOOST_AUTO_TEST_CASE(a_task_that_worker_after_worker_does_not_begin_is_quarantined)
{
    play p = with_workers(1, 1);
    task_limits limits = at_once;
    limits.timeout = 1s;
    part& t = p.submit(limits);
    for (worker_id id = 1; id != most_unbegun + 1u; ++id) {
        BOOST_TEST(!t.failed);
        p.pass(1s);
        BOOST_TEST(p.workers().at(id).killed);
        p.die(id);
        if (!t.failed)
            p.ready(id + 1);
    }
    BOOST_TEST((t.failed == reason::quarantined));
    BOOST_TEST(t.runs == 0u);
}

BOOST_AUTO_TEST_CASE(a_task_whose_workers_always_end_before_they_begin_it_is_quarantined)
{
    play p = with_workers(2, 2);
    part& busy = p.submit();
    p.start(busy); // so that the pool does not think that no worker can start
    part& t = p.submit();
    unsigned deaths = 0;
    for (int step = 0; step != 100 && !t.failed; ++step) {
        if (p.decisions().waiting_count() != 0 || t.on == busy.on) {
            p.ready(p.workers().rbegin()->first); // which gets it, or takes it over
        } else {
            p.die(t.on);
            ++deaths;
        }
        p.pass(2s);
    }
    BOOST_TEST((t.failed == reason::quarantined));
    BOOST_TEST(deaths == most_unbegun);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule::test
