// SPDX-License-Identifier: BSL-1.0
// Workers that are exchanged, dismissed and added, and the events that tell of it.
#include "support/gate.hpp"
#include "support/pool_on_loop.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <csignal>
#include <map>
#include <set>
#include <thread>
#include <unistd.h>
#include <vector>

namespace procpool::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;
using namespace std::chrono_literals;
constexpr auto as_tuple = asio::as_tuple(use_awaitable);

pid_t own_pid()
{
    return ::getpid();
}

pid_t keep_memory(std::size_t bytes)
{
    static std::vector<char> kept;
    kept.assign(bytes, 'x');
    return ::getpid();
}

void crash()
{
    std::raise(SIGKILL);
}

void throw_nothing_much()
{
    throw std::runtime_error("nothing much");
}

struct supervision_fixture : pool_on_loop {
    std::vector<event> seen;

    void make(pool_options options)
    {
        options.on_event = [this](const event& what) { seen.push_back(what); };
        pool.emplace(context, std::move(options));
    }
    /// Waits for the next event of a kind.
    awaitable<event> next(event_kind kind)
    {
        for (std::size_t i = 0;; ++i) {
            while (i == seen.size())
                co_await asio::post(use_awaitable);
            if (seen[i].kind == kind)
                co_return seen[i];
        }
    }
    std::size_t count(event_kind kind) const
    {
        return static_cast<std::size_t>(std::ranges::count(seen, kind, &event::kind));
    }
    /// What happened to a task or a worker, in order.
    std::vector<event_kind> story_of(std::uint64_t event::*whose, std::uint64_t number) const
    {
        std::vector<event_kind> story;
        for (const event& each : seen)
            if (each.*whose == number && (whose == &event::task || each.task == 0))
                story.push_back(each.kind);
        return story;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_supervision, supervision_fixture)

BOOST_AUTO_TEST_CASE(each_worker_runs_as_many_tasks_as_it_may)
{
    make({.workers = 2, .max_tasks_per_worker = 1});
    run([&]() -> awaitable<void> {
        std::vector<future<pid_t>> futures;
        for (int i = 0; i < 20; ++i)
            futures.push_back(pool->async_submit(own_pid));
        std::set<pid_t> pids;
        for (auto& each : futures)
            pids.insert(co_await std::move(each));
        BOOST_TEST(pids.size() == 20u);
        co_await pool->async_join(use_awaitable);
    });
    BOOST_TEST(count(event_kind::worker_recycled) >= 18u);
    BOOST_TEST(count(event_kind::worker_died) == 0u);
}

BOOST_AUTO_TEST_CASE(one_worker_at_a_time_runs_tasks_also_while_it_is_exchanged)
{
    gate held(context.get_executor());
    make({.workers = 1, .max_tasks_per_worker = 1});
    run([&]() -> awaitable<void> {
        auto first = pool->async_submit(hold, held.path());
        co_await held.async_next();
        auto second = pool->async_submit(hold, held.path());
        while (count(event_kind::worker_ready) != 2)
            co_await asio::post(use_awaitable);
        BOOST_TEST(count(event_kind::task_started) == 1u);
        held.open(2);
        const pid_t old = co_await std::move(first);
        BOOST_TEST(co_await std::move(second) != old);
    });
}

BOOST_AUTO_TEST_CASE(a_worker_that_grew_too_large_is_exchanged)
{
    make({.workers = 1, .max_memory_per_worker = 200'000'000});
    run([&]() -> awaitable<void> {
        const pid_t small = co_await pool->async_submit(keep_memory, 1000, use_awaitable);
        BOOST_TEST(co_await pool->async_submit(own_pid, use_awaitable) == small);
        BOOST_TEST(co_await pool->async_submit(keep_memory, 300'000'000, use_awaitable) == small);
        static_cast<void>(co_await next(event_kind::worker_recycled));
        BOOST_TEST(co_await pool->async_submit(own_pid, use_awaitable) != small);
        BOOST_TEST(pool->stats().recycled_workers == 1u);
    });
}

BOOST_AUTO_TEST_CASE(an_old_worker_is_exchanged_and_the_number_of_workers_never_falls_below_the_least)
{
    make({.workers = 2, .min_workers = 2, .max_worker_age = 20ms});
    run([&]() -> awaitable<void> {
        while (count(event_kind::worker_ready) < 2)
            co_await asio::post(use_awaitable);
        while (count(event_kind::worker_recycled) < 6) {
            BOOST_TEST_REQUIRE(pool->stats().ready >= 2u);
            co_await asio::post(use_awaitable);
        }
    });
}

BOOST_AUTO_TEST_CASE(idle_workers_leave_but_for_the_least)
{
    gate held(context.get_executor());
    make({.workers = 3, .min_workers = 1, .idle_timeout = 10ms});
    run([&]() -> awaitable<void> {
        std::vector<future<pid_t>> futures;
        for (int i = 0; i < 3; ++i)
            futures.push_back(pool->async_submit(hold, held.path()));
        for (int i = 0; i < 3; ++i)
            co_await held.async_next();
        held.open(3);
        while (count(event_kind::worker_retired) < 2)
            co_await asio::post(use_awaitable);
        BOOST_TEST(pool->stats().workers == 1u);
        for (auto& each : futures)
            co_await std::move(each);
    });
}

BOOST_AUTO_TEST_CASE(a_pool_is_made_larger_and_smaller_while_it_works)
{
    gate held(context.get_executor());
    make({.workers = 1});
    run([&]() -> awaitable<void> {
        std::vector<future<pid_t>> futures;
        for (int i = 0; i < 6; ++i)
            futures.push_back(pool->async_submit(hold, held.path()));
        co_await held.async_next();
        pool->resize(3);
        co_await held.async_next();
        co_await held.async_next();
        BOOST_TEST(pool->stats().workers == 3u);
        pool->resize(1);
        held.open(6);
        std::set<pid_t> pids;
        for (auto& each : futures)
            pids.insert(co_await std::move(each));
        while (count(event_kind::worker_retired) < 2)
            co_await asio::post(use_awaitable);
        BOOST_TEST(pids.size() == 3u);
        BOOST_TEST(pool->stats().workers == 1u);
        BOOST_TEST(code_thrown_by([&] { pool->resize(0); }) == make_error_code(errc::invalid_option));
        BOOST_TEST(code_thrown_by([&] { pool->resize(5000); }) == make_error_code(errc::invalid_option));
    });
}

BOOST_AUTO_TEST_CASE(an_idle_worker_that_was_stopped_is_replaced_by_the_limit_of_the_next_task)
{
    make({.workers = 1});
    run([&]() -> awaitable<void> {
        const pid_t stopped = co_await pool->async_submit(own_pid, use_awaitable);
        ::kill(stopped, SIGSTOP);
        const pid_t other = co_await pool->async_submit(submit_options{.timeout = 50ms}, own_pid, use_awaitable);
        BOOST_TEST(other != stopped);
        BOOST_TEST(pool->stats().killed_workers == 1u);
    });
}

BOOST_AUTO_TEST_CASE(events_tell_the_story_of_a_task_and_its_worker)
{
    make({.workers = 1});
    run([&]() -> awaitable<void> {
        co_await pool->async_submit(own_pid, use_awaitable);
        const auto [failure] = co_await pool->async_submit(throw_nothing_much, as_tuple);
        co_await pool->async_join(use_awaitable);
    });
    using enum event_kind;
    const std::vector told{task_queued, task_started, task_finished};
    BOOST_TEST((story_of(&event::task, 1) == told));
    BOOST_TEST((story_of(&event::task, 2) == told));
    BOOST_TEST((story_of(&event::worker, 1) == std::vector{worker_started, worker_ready, worker_retired}));
    std::vector<task_end> ends;
    for (const event& each : seen)
        if (each.kind == task_finished)
            ends.push_back(each.end);
    BOOST_TEST((ends == std::vector{task_end::returned, task_end::threw}));
}

BOOST_AUTO_TEST_CASE(events_tell_of_crashes_retries_kills_and_replacements)
{
    gate held(context.get_executor());
    make({.workers = 1});
    run([&]() -> awaitable<void> {
        const submit_options once_more{.retries = 1, .retry_pause = 1ms};
        const auto [crashed] = co_await pool->async_submit(once_more, crash, as_tuple);
        const auto [late, pid] =
            co_await pool->async_submit(submit_options{.timeout = 10ms}, hold, held.path(), as_tuple);
        BOOST_TEST(code_of(late) == make_error_code(errc::timed_out));
    });
    using enum event_kind;
    BOOST_TEST((story_of(&event::task, 1) ==
                std::vector{task_queued, task_started, task_retried, task_started, task_finished}));
    BOOST_TEST((story_of(&event::task, 2) == std::vector{task_queued, task_started, task_finished, task_killed}));
    BOOST_TEST((story_of(&event::worker, 1) == std::vector{worker_started, worker_ready, worker_died}));
    BOOST_TEST(
        (story_of(&event::worker, 2) == std::vector{worker_started, worker_replaced, worker_ready, worker_died}));
    const event died = *std::ranges::find(seen, worker_died, &event::kind);
    BOOST_TEST(died.report->status.signal.value() == SIGKILL);
    BOOST_TEST(died.text ==
               "worker 1 (pid " + std::to_string(died.pid) + ") was killed by SIGKILL, which its pool did not send");
    BOOST_TEST(to_string(died) == died.text);
    const event replaced = *std::ranges::find(seen, worker_replaced, &event::kind);
    BOOST_TEST(replaced.instead_of == 1u);
}

// Its call, which has its name, is gone when it comes to the front of its worker's tasks.
BOOST_AUTO_TEST_CASE(a_running_task_that_was_given_up_before_the_answer_of_the_one_before_it_is_told_once)
{
    gate before(context.get_executor());
    gate after(context.get_executor());
    make({.workers = 1});
    run([&]() -> awaitable<void> {
        auto first = pool->async_submit(hold, before.path());
        auto second = pool->async_submit(submit_options{.on_cancel = on_cancel::abandon}, hold, after.path());
        while (!second.running())
            co_await asio::post(use_awaitable);
        before.next();
        before.open();
        after.next(); // so the first one has answered, and this loop has not seen it
        second.cancel();
        BOOST_TEST(co_await std::move(first)(use_awaitable) > 0);
        after.open();
        co_await pool->async_join(use_awaitable);
    });
    using enum event_kind;
    BOOST_TEST((story_of(&event::task, 1) == std::vector{task_queued, task_started, task_finished}));
    BOOST_TEST((story_of(&event::task, 2) == std::vector{task_queued, task_finished}));
}

BOOST_AUTO_TEST_CASE(an_event_is_one_line_of_a_log)
{
    using enum event_kind;
    BOOST_TEST(to_string(event{.kind = worker_ready, .worker = 3, .pid = 4711}) == "worker 3 (pid 4711) ready");
    BOOST_TEST(to_string(event{.kind = worker_replaced, .worker = 4, .pid = 9, .instead_of = 3}) ==
               "worker 4 (pid 9) started instead of worker 3");
    BOOST_TEST(to_string(event{.kind = task_started, .worker = 3, .pid = 4711, .task = 17, .attempt = 2}) ==
               "task 17 (attempt 2) started on worker 3 (pid 4711)");
    BOOST_TEST(to_string(event{.kind = task_finished, .task = 17, .attempt = 1, .end = task_end::returned}) ==
               "task 17 finished: returned");
    BOOST_TEST(to_string(event{.kind = worker_died, .worker = 3, .text = "it was tired"}) ==
               "worker 3 died: it was tired");
}

BOOST_AUTO_TEST_CASE(a_task_counts_for_max_pending_until_its_events_were_told)
{
    std::atomic<bool> is_told = false;
    asio::thread_pool threads(2);
    procpool::pool slow(threads,
                        {.workers = 1, .on_event = [&](const event&) { is_told.wait(false); }, .max_pending = 4});
    std::vector<future<pid_t>> accepted;
    for (int i = 0; i != 4; ++i)
        accepted.push_back(slow.async_submit(own_pid));
    while (slow.stats().succeeded != accepted.size())
        std::this_thread::yield();
    const auto full = make_error_code(errc::queue_full);
    BOOST_TEST(code_thrown_by([&] { slow.async_submit(own_pid).get(); }) == full);
    is_told = true;
    is_told.notify_all();
    while (code_thrown_by([&] { slow.async_submit(own_pid).get(); }) == full)
        std::this_thread::yield();
    for (auto& each : accepted)
        BOOST_TEST(each.get() > 0);
}

BOOST_AUTO_TEST_CASE(what_on_event_throws_leaves_through_run_and_later_events_are_told)
{
    int calls = 0;
    pool.emplace(context, pool_options{.workers = 1, .on_event = [&](const event&) {
                                           if (++calls == 1)
                                               throw std::runtime_error("not now");
                                       }});
    auto pid = pool->async_submit(own_pid);
    BOOST_CHECK_THROW(run(), std::runtime_error);
    pool->close();
    run();
    BOOST_TEST(pid.get() > 0);
    BOOST_TEST(calls > 5);
    pool.reset();
    run();
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
