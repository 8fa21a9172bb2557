// SPDX-License-Identifier: BSL-1.0
#include "play.hpp"

namespace procpool::schedule::test {
namespace {

constexpr task_limits gentle{.grace = 10ms, .kill_grace = 20ms};

} // namespace

BOOST_AUTO_TEST_SUITE(schedule_scheduler_bound)

BOOST_AUTO_TEST_CASE(a_task_for_one_worker_is_sent_there_before_what_waits)
{
    play p = with_workers(2, 2);
    part& first = p.submit();
    part& second = p.submit();
    p.start(first), p.start(second);
    p.submit(), p.submit(), p.submit();
    p.heard();
    part& bound = p.submit_to(second.on);
    BOOST_TEST(p.heard() == "send t6 w" + std::to_string(second.on));
    BOOST_TEST(bound.on == second.on);
}

BOOST_AUTO_TEST_CASE(it_is_not_taken_back_for_an_idle_worker)
{
    play p = with_workers(2, 2);
    part& first = p.submit();
    part& second = p.submit();
    p.start(first), p.start(second);
    part& bound = p.submit_to(first.on);
    p.heard();
    p.answer(second);
    BOOST_TEST(p.heard().find("take_back") == std::string::npos);
    p.answer(first);
    p.start(bound);
    p.answer(bound);
    BOOST_TEST(bound.answered);
}

BOOST_AUTO_TEST_CASE(a_worker_that_starts_gets_it_when_it_is_ready)
{
    play p({.max_workers = 1, .min_workers = 1});
    p.open();
    BOOST_TEST(p.decisions().all_workers() == std::vector<worker_id>{1});
    part& bound = p.submit_to(1);
    BOOST_TEST(p.decisions().has_tasks());
    BOOST_TEST(p.decisions().waiting_count() == 1u);
    p.heard();
    p.ready(1);
    BOOST_TEST(p.heard() == "send t1 w1");
    BOOST_TEST(!bound.has_outcome());
}

BOOST_AUTO_TEST_CASE(it_ends_with_its_worker)
{
    play p = with_workers(1, 1);
    part& runs = p.submit();
    p.start(runs);
    part& sent = p.submit_to(1);
    p.die(1);
    BOOST_TEST((runs.failed == reason::crashed));
    BOOST_TEST((sent.failed == reason::crashed));
    BOOST_TEST(sent.forgotten);
    part& late = p.submit_to(1);
    BOOST_TEST((late.failed == reason::cancelled));
    BOOST_TEST(late.forgotten);
    BOOST_TEST(!p.decisions().has_tasks());
}

BOOST_AUTO_TEST_CASE(it_ends_with_a_worker_that_does_not_become_ready)
{
    play p({.max_workers = 1, .min_workers = 1});
    p.open();
    part& bound = p.submit_to(1);
    p.die(1);
    BOOST_TEST((bound.failed == reason::cancelled));
    BOOST_TEST(bound.forgotten);
}

BOOST_AUTO_TEST_CASE(it_is_cancelled_when_its_worker_is_killed_for_another_task)
{
    play p = with_workers(1, 1);
    part& runs = p.submit(0, 5ms);
    p.start(runs);
    part& bound = p.submit_to(1);
    p.pass(6ms);
    BOOST_TEST((runs.failed == reason::timed_out));
    BOOST_TEST((bound.failed == reason::cancelled));
    BOOST_TEST(p.workers().at(1).killed);
}

BOOST_AUTO_TEST_CASE(a_worker_whose_task_was_asked_to_stop_gets_it_when_that_has_stopped)
{
    play p = with_workers(1, 1);
    part& runs = p.submit(gentle);
    p.start(runs);
    part& sent = p.submit_to(1);
    p.cancel(runs);
    BOOST_TEST(p.decisions().all_workers() == std::vector<worker_id>{1});
    part& late = p.submit_to(1);
    BOOST_TEST(!sent.has_outcome());
    BOOST_TEST(!late.has_outcome());
    p.heard();
    p.answer(runs);
    BOOST_TEST(p.heard() == "forget t1; send t2 w1; send t3 w1");
}

BOOST_AUTO_TEST_CASE(it_is_cancelled_when_its_worker_is_terminated_because_the_task_does_not_stop)
{
    play p = with_workers(1, 1);
    part& runs = p.submit(gentle);
    p.start(runs);
    part& sent = p.submit_to(1);
    p.cancel(runs);
    part& late = p.submit_to(1);
    p.heard();
    p.pass(10ms);
    BOOST_TEST(p.heard() == "finish t2 cancelled; forget t2; finish t3 cancelled; forget t3; end_if_running t1 w1");
    BOOST_TEST(p.decisions().all_workers().empty());
    BOOST_TEST((p.submit_to(1).failed == reason::cancelled));
    p.die(1);
    BOOST_TEST(sent.forgotten);
    BOOST_TEST(late.forgotten);
}

BOOST_AUTO_TEST_CASE(it_is_cancelled_when_the_pool_ends_or_its_worker_dies_in_the_grace_of_another_task)
{
    for (const bool dies : {false, true}) {
        play p = with_workers(1, 1);
        part& runs = p.submit(gentle);
        p.start(runs);
        p.cancel(runs);
        part& bound = p.submit_to(1);
        dies ? p.die(1) : p.terminate();
        BOOST_TEST((bound.failed == reason::cancelled));
        BOOST_TEST(bound.forgotten);
    }
}

BOOST_AUTO_TEST_CASE(a_closed_pool_waits_for_it_also_in_the_grace_of_another_task)
{
    play p = with_workers(1, 1);
    part& runs = p.submit(gentle);
    p.start(runs);
    p.cancel(runs);
    part& bound = p.submit_to(1);
    p.close();
    p.answer(runs);
    p.answer(bound);
    BOOST_TEST(bound.answered);
    BOOST_TEST(p.workers().at(1).retired);
}

BOOST_AUTO_TEST_CASE(it_can_be_cancelled_wherever_it_is)
{
    play p({.max_workers = 1, .min_workers = 1});
    p.open();
    part& waits = p.submit_to(1);
    p.cancel(waits);
    BOOST_TEST((waits.failed == reason::cancelled));
    p.ready(1);
    part& runs = p.submit();
    p.start(runs);
    part& sent = p.submit_to(1);
    p.cancel(sent);
    BOOST_TEST((sent.failed == reason::cancelled));
    p.answer(runs);
    BOOST_TEST(!p.decisions().has_tasks());
}

BOOST_AUTO_TEST_CASE(more_than_a_worker_can_have_are_sent_as_it_answers)
{
    play p = with_workers(1, 1);
    for (std::size_t i = 0; i != send_ahead::most + 10; ++i)
        p.submit_to(1);
    BOOST_TEST(p.decisions().sent_count() == send_ahead::most);
    for (part& each : p.parts()) {
        p.start(each);
        p.answer(each);
    }
    BOOST_TEST(!p.decisions().has_tasks());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule::test
