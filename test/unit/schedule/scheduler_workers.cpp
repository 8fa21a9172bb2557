// SPDX-License-Identifier: BSL-1.0
#include "play.hpp"

namespace procpool::schedule::test {

BOOST_AUTO_TEST_SUITE(schedule_scheduler_workers)

BOOST_AUTO_TEST_CASE(the_least_number_of_workers_is_started_at_once_and_kept)
{
    play p({.max_workers = 3, .min_workers = 2});
    p.open();
    BOOST_TEST(p.heard() == "spawn w1; spawn w2");
    p.ready(1);
    p.submit();
    p.start(p.parts().front());
    p.heard();
    p.die(1);
    BOOST_TEST(p.heard() == "finish t1 crashed; forget t1; spawn w3");
}

BOOST_AUTO_TEST_CASE(as_many_workers_are_started_as_tasks_can_use)
{
    play p({.max_workers = 3});
    for (int i = 0; i < 5; ++i)
        p.submit();
    BOOST_TEST(p.heard() == "spawn w1; spawn w2; spawn w3");
}

BOOST_AUTO_TEST_CASE(a_task_that_was_sent_ahead_deserves_a_worker_of_its_own)
{
    play p = with_workers(1, 2);
    p.start(p.submit());
    BOOST_TEST(p.heard() == "send t1 w1");
    p.submit();
    BOOST_TEST(p.heard() == "send t2 w1; spawn w2");
    p.ready(2);
    BOOST_TEST(p.heard() == "take_back t2 w1; send t2 w2");
}

BOOST_AUTO_TEST_CASE(a_dead_worker_fails_what_it_ran_and_its_other_tasks_go_elsewhere)
{
    play p = with_workers(1, 1);
    p.start(p.submit());
    p.submit();
    p.heard();
    p.die(1);
    p.ready(2);
    BOOST_TEST(p.heard() == "finish t1 crashed; forget t1; spawn w2; send t2 w2");
    BOOST_TEST(p.decisions().counts().crashed_workers == 1);
}

BOOST_AUTO_TEST_CASE(answers_that_were_complete_survive_their_worker)
{
    play p = with_workers(1, 1);
    part& t = p.submit();
    p.start(t);
    p.complete(t);
    p.die(1);
    BOOST_TEST(t.answered);
}

BOOST_AUTO_TEST_CASE(tasks_of_a_dead_worker_return_to_the_front_of_the_queue)
{
    play p = with_workers(1, 1);
    for (int i = 0; i < 4; ++i)
        p.submit();
    p.die(1);
    p.pass(start_policy::first_pause);
    p.heard();
    p.ready(2);
    BOOST_TEST(p.heard() == "send t1 w2; send t2 w2");
}

// The worker's page says "queued" again at its death: a hostile worker can write that.
BOOST_AUTO_TEST_CASE(a_task_that_was_seen_to_run_is_never_run_again)
{
    play p = with_workers(1, 1);
    part& t = p.submit();
    p.start(t);
    p.cancel(t, false); // could not be taken back: it runs
    t.says = word::queued;
    p.die(1);
    BOOST_TEST((t.failed == reason::crashed));
}

BOOST_AUTO_TEST_CASE(a_worker_that_cannot_start_is_tried_again_after_a_pause)
{
    play p({.max_workers = 1});
    p.starts_fail = true;
    p.submit();
    BOOST_TEST(p.heard() == "spawn w1");
    p.pass(start_policy::first_pause - 1ns);
    BOOST_TEST(p.heard() == "");
    p.pass(1ns);
    BOOST_TEST(p.heard() == "spawn w2");
}

BOOST_AUTO_TEST_CASE(tasks_fail_when_no_worker_can_start)
{
    play p({.max_workers = 8});
    p.starts_fail = true;
    for (int i = 0; i < 8; ++i)
        p.submit();
    BOOST_TEST(p.decisions().waiting_count() == 8);
    p.pass(1s);
    for (const part& t : p.parts())
        BOOST_TEST((t.failed == reason::start_failed));
    BOOST_TEST(!p.decisions().has_tasks());
}

BOOST_AUTO_TEST_CASE(after_failures_one_worker_is_started_as_a_probe)
{
    play p({.max_workers = 4});
    p.starts_fail = true;
    p.submit();
    p.pass(10s);
    p.starts_fail = false;
    p.heard();
    p.submit();
    p.submit(); // must not make the alarm ring while the probe is on its way
    p.pass(1s);
    BOOST_TEST(p.heard() == "spawn w6");
    p.ready(6);
    p.answer(p.parts()[1]);
    p.submit();
    BOOST_TEST(p.workers().size() == 2);
}

// A worker's own word is all there is, and a task can change it.
BOOST_AUTO_TEST_CASE(workers_that_die_before_their_first_task_cost_that_task_alone)
{
    play p({.max_workers = 1});
    part& first = p.submit();
    part& other = p.submit();
    for (worker_id id = 1; id <= most_unbegun; ++id) {
        p.ready(id);
        p.die(id);
        p.pass(start_policy::longest_pause);
    }
    BOOST_TEST((first.failed == reason::quarantined));
    BOOST_TEST(!other.failed.has_value());
    BOOST_TEST(p.decisions().waiting_count() == 1);
}

BOOST_AUTO_TEST_CASE(tasks_that_kill_their_workers_are_no_failed_starts)
{
    play p({.max_workers = 1});
    for (worker_id id = 1; id <= 2 * start_policy::tries; ++id) {
        part& t = p.submit();
        p.ready(id);
        p.start(t);
        p.die(id);
        BOOST_TEST((t.failed == reason::crashed));
    }
    p.heard();
    p.submit();
    BOOST_TEST(p.heard() == "spawn w11");
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_not_ready_in_time_is_killed_and_counts_as_failed)
{
    play p({.max_workers = 1, .start_timeout = 2s});
    p.submit();
    p.heard();
    p.pass(2s);
    BOOST_TEST(p.heard() == "kill w1");
    p.ready(1); // its word was on the way already
    BOOST_TEST(p.heard() == "");
    p.die(1);
    p.pass(start_policy::first_pause);
    BOOST_TEST(p.heard() == "spawn w2");
}

BOOST_AUTO_TEST_CASE(a_start_may_take_longer_than_the_clock_can_tell)
{
    play p({.max_workers = 1, .start_timeout = duration::max()});
    p.submit();
    p.heard();
    p.pass(std::chrono::hours(1));
    BOOST_TEST(p.heard() == "");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule::test
