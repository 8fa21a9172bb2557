// SPDX-License-Identifier: BSL-1.0
// What a task's times and its caller's change of mind do to it, and what it can know of them.
#include "support/gate.hpp"
#include "support/pool_on_loop.hpp"

#include <procpool/this_task.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>
#include <unistd.h>

namespace procpool::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;
using namespace std::chrono_literals;
constexpr auto as_tuple = asio::as_tuple(use_awaitable);
constexpr auto ages = 1h;

pid_t own_pid()
{
    return ::getpid();
}

/// Tells the gate that it runs, then waits until it is asked to stop.
pid_t run_until_asked(const std::string& gate_path)
{
    arrive(gate_path);
    while (!this_task::stop_requested())
        std::this_thread::yield();
    return ::getpid();
}

pid_t run_for_ever(const std::string& gate_path, bool ignores_sigterm)
{
    if (ignores_sigterm)
        std::signal(SIGTERM, SIG_IGN);
    arrive(gate_path);
    for (;;)
        ::pause();
}

/// Whether a callback on the token was called.
bool waits_for_its_token(const std::string& gate_path)
{
    std::atomic<bool> called = false;
    const std::stop_callback callback(this_task::stop_token(), [&] {
        called = true;
        called.notify_all();
    });
    arrive(gate_path);
    called.wait(false);
    return this_task::stop_requested();
}

std::int64_t nanoseconds_left()
{
    const auto end = this_task::deadline();
    return end ? (*end - std::chrono::steady_clock::now()).count() : -1;
}

bool knows_nothing()
{
    return !this_task::stop_requested() && !this_task::stop_token().stop_requested() && !this_task::deadline();
}

struct limits_fixture : one_worker {
    gate held{context.get_executor()};

    /// Cancels a task that runs, as soon as it does, and returns the pid that its worker had.
    awaitable<pid_t> cancel_when_running(future<pid_t>& running)
    {
        const pid_t pid = co_await held.async_next();
        running.cancel();
        co_await running.async_wait(use_awaitable);
        BOOST_TEST(code_thrown_by([&] { running.get(); }) == asio::error::operation_aborted);
        co_return pid;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_limits, limits_fixture)

BOOST_AUTO_TEST_CASE(a_task_that_stops_when_asked_keeps_its_worker)
{
    run([&]() -> awaitable<void> {
        auto running = pool->async_submit(submit_options{.grace = ages}, run_until_asked, held.path());
        const pid_t pid = co_await cancel_when_running(running);
        BOOST_TEST(co_await pool->async_submit(own_pid, use_awaitable) == pid);
        BOOST_TEST(pool->stats().killed_workers == 0u);
    });
}

BOOST_AUTO_TEST_CASE(a_task_that_does_not_stop_loses_its_worker)
{
    run([&]() -> awaitable<void> {
        for (const bool ignores_sigterm : {false, true}) {
            const submit_options soon{.grace = 1ms, .kill_grace = ignores_sigterm ? 1ms : ages};
            auto running = pool->async_submit(soon, run_for_ever, held.path(), ignores_sigterm);
            const pid_t pid = co_await cancel_when_running(running);
            BOOST_TEST(co_await pool->async_submit(own_pid, use_awaitable) != pid);
        }
        BOOST_TEST(pool->stats().killed_workers == 2u);
    });
}

BOOST_AUTO_TEST_CASE(without_any_grace_a_worker_is_killed_at_once)
{
    run([&]() -> awaitable<void> {
        auto running =
            pool->async_submit(submit_options{.grace = 0ns, .kill_grace = 0ns}, run_for_ever, held.path(), true);
        const pid_t pid = co_await cancel_when_running(running);
        BOOST_TEST(co_await pool->async_submit(own_pid, use_awaitable) != pid);
    });
}

// Its worker's next task runs already, and this loop knows of neither.
BOOST_AUTO_TEST_CASE(a_cancelled_task_that_has_just_ended_costs_the_one_behind_it_nothing)
{
    gate behind(context.get_executor());
    run([&]() -> awaitable<void> {
        auto ended = pool->async_submit(submit_options{.grace = 0ns, .kill_grace = 0ns}, hold, held.path());
        auto innocent = pool->async_submit(hold, behind.path());
        while (!innocent.running())
            co_await asio::post(use_awaitable);
        held.next();
        held.open();
        const pid_t pid = behind.next();
        ended.cancel();
        co_await ended.async_wait(use_awaitable);
        behind.open();
        BOOST_TEST(co_await std::move(innocent)(use_awaitable) == pid);
        BOOST_TEST(pool->stats().killed_workers == 0u);
    });
}

BOOST_AUTO_TEST_CASE(a_task_that_is_only_asked_may_take_its_time)
{
    run([&]() -> awaitable<void> {
        auto running = pool->async_submit(submit_options{.on_cancel = on_cancel::ask}, run_until_asked, held.path());
        const pid_t pid = co_await cancel_when_running(running);
        BOOST_TEST(co_await pool->async_submit(own_pid, use_awaitable) == pid);
    });
}

BOOST_AUTO_TEST_CASE(an_abandoned_task_runs_on)
{
    run([&]() -> awaitable<void> {
        auto running = pool->async_submit(submit_options{.on_cancel = on_cancel::abandon}, hold, held.path());
        const pid_t pid = co_await cancel_when_running(running);
        held.open();
        BOOST_TEST(co_await pool->async_submit(own_pid, use_awaitable) == pid);
        BOOST_TEST(co_await pool->async_submit(knows_nothing, use_awaitable));
    });
}

BOOST_AUTO_TEST_CASE(the_loser_of_a_race_against_a_timer_frees_its_worker)
{
    using namespace asio::experimental::awaitable_operators;
    run([&]() -> awaitable<void> {
        asio::steady_timer timer(context, 50ms);
        auto endless =
            pool->async_submit(submit_options{.grace = 1ms}, run_for_ever, held.path(), false, use_awaitable);
        const auto first = co_await (std::move(endless) || timer.async_wait(use_awaitable));
        BOOST_TEST(first.index() == 1u);
        BOOST_TEST(co_await pool->async_submit(own_pid, use_awaitable) > 0);
    });
}

BOOST_AUTO_TEST_CASE(a_soft_timeout_lets_the_task_end_in_its_own_way)
{
    run([&]() -> awaitable<void> {
        const pid_t pid = co_await pool->async_submit(submit_options{.soft_timeout = 1ms}, run_until_asked, held.path(),
                                                      use_awaitable);
        BOOST_TEST(co_await pool->async_submit(own_pid, use_awaitable) == pid);
    });
}

BOOST_AUTO_TEST_CASE(a_stop_token_of_the_task_is_told)
{
    run([&]() -> awaitable<void> {
        for (int i = 0; i != 3; ++i) // the thread that tells serves one task after another
            BOOST_TEST(co_await pool->async_submit(submit_options{.soft_timeout = 20ms}, waits_for_its_token,
                                                   held.path(), use_awaitable));
        BOOST_TEST(co_await pool->async_submit(knows_nothing, use_awaitable));
    });
}

BOOST_AUTO_TEST_CASE(a_task_that_waits_too_long_never_runs)
{
    run([&]() -> awaitable<void> {
        auto first = pool->async_submit(hold, held.path());
        co_await held.async_next();
        const auto [failure, pid] =
            co_await pool->async_submit(submit_options{.queue_timeout = 10ms}, hold, held.path(), as_tuple);
        BOOST_TEST(code_of(failure) == make_error_code(errc::queue_timed_out));
        held.open(1);
        BOOST_TEST(co_await std::move(first) > 0);
        BOOST_TEST(pool->stats().killed_workers == 0u);
    });
}

BOOST_AUTO_TEST_CASE(a_task_that_has_started_in_time_may_run_longer_than_its_time_in_the_queue)
{
    run([&]() -> awaitable<void> {
        auto running = pool->async_submit(submit_options{.queue_timeout = 10s}, hold, held.path());
        co_await held.async_next();
        asio::steady_timer timer(context, 20ms);
        co_await timer.async_wait(use_awaitable);
        held.open();
        BOOST_TEST(co_await std::move(running) > 0);
    });
}

BOOST_AUTO_TEST_CASE(a_task_that_has_ended_in_time_is_not_too_late_because_the_loop_was_blocked)
{
    constexpr std::size_t half_a_pipe = 40'000; // so that the second answer cannot be written yet
    run([&]() -> awaitable<void> {
        const auto worker = co_await pool->async_submit(own_pid, use_awaitable);
        std::vector<future<std::string>> outcomes;
        for (int i = 0; i != 3; ++i)
            outcomes.push_back(
                pool->async_submit(submit_options{.timeout = 100ms}, [] { return std::string(half_a_pipe, 'x'); }));
        co_await asio::post(use_awaitable); // they are sent
        std::this_thread::sleep_for(300ms); // the loop's thread
        for (auto& each : outcomes) {
            co_await each.async_wait(use_awaitable);
            BOOST_TEST(each.get().size() == half_a_pipe);
        }
        BOOST_TEST(co_await pool->async_submit(own_pid, use_awaitable) == worker);
    });
}

BOOST_AUTO_TEST_CASE(a_deadline_counts_in_the_queue_and_in_the_run)
{
    run([&]() -> awaitable<void> {
        const auto too_late = make_error_code(errc::deadline_exceeded);
        const submit_options soon{.deadline = 200ms, .kill_grace = ages};
        auto runs = pool->async_submit(soon, run_for_ever, held.path(), false);
        auto waits = pool->async_submit(soon, run_for_ever, held.path(), false);
        co_await runs.async_wait(use_awaitable);
        co_await waits.async_wait(use_awaitable);
        BOOST_TEST(code_thrown_by([&] { runs.get(); }) == too_late);
        BOOST_TEST(code_thrown_by([&] { waits.get(); }) == too_late);
        BOOST_TEST(co_await pool->async_submit(own_pid, use_awaitable) > 0);
    });
}

BOOST_AUTO_TEST_CASE(a_task_knows_how_much_time_it_has)
{
    run([&]() -> awaitable<void> {
        BOOST_TEST(co_await pool->async_submit(nanoseconds_left, use_awaitable) == -1);
        for (const auto& options : {submit_options{.timeout = ages}, submit_options{.deadline = ages},
                                    submit_options{.timeout = 2 * ages, .deadline = ages}}) {
            const auto left =
                std::chrono::nanoseconds(co_await pool->async_submit(options, nanoseconds_left, use_awaitable));
            BOOST_TEST((left > 30min && left <= ages));
        }
    });
}

BOOST_AUTO_TEST_CASE(a_limit_beyond_the_clocks_range_is_none)
{
    constexpr auto endless = std::chrono::nanoseconds::max();
    run([&]() -> awaitable<void> {
        for (const auto& options : {submit_options{.timeout = endless}, submit_options{.deadline = endless},
                                    submit_options{.queue_timeout = endless}})
            BOOST_TEST(co_await pool->async_submit(options, knows_nothing, use_awaitable));
    });
}

BOOST_AUTO_TEST_CASE(outside_of_tasks_there_is_nothing_to_know)
{
    BOOST_TEST(knows_nothing());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
