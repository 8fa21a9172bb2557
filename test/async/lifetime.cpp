// SPDX-License-Identifier: BSL-1.0
// How a pool ends, in each of the ways in which it can.
#include "support/gate.hpp"
#include "support/pool_on_loop.hpp"

#include <procpool/as_completed.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <csignal>
#include <memory>
#include <optional>
#include <span>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace procpool::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;
using namespace asio::experimental::awaitable_operators;

const auto aborted = make_error_code(asio::error::operation_aborted);
const auto closed = make_error_code(errc::pool_closed);
constexpr auto as_tuple = asio::as_tuple(use_awaitable);

pid_t own_pid()
{
    return ::getpid();
}

bool exists(pid_t pid)
{
    return ::kill(pid, 0) == 0;
}

/// A pool with a thread of its own, one task that runs and one that waits.
struct busy_pool {
    asio::io_context for_gate;
    gate held{for_gate.get_executor()};
    std::optional<pool> p{std::in_place, pool_options{.workers = 1}};
    future<pid_t> running = p->async_submit(hold, held.path());
    future<pid_t> waiting = p->async_submit(hold, held.path());
    pid_t worker = held.next();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(async_lifetime, pool_on_loop)

BOOST_AUTO_TEST_CASE(destroying_the_pool_kills_its_workers_and_aborts_all_tasks)
{
    busy_pool busy;
    busy.p.reset();
    BOOST_TEST(!exists(busy.worker));
    BOOST_TEST(code_thrown_by([&] { busy.running.get(); }) == aborted);
    BOOST_TEST(code_thrown_by([&] { busy.waiting.get(); }) == aborted);
}

BOOST_AUTO_TEST_CASE(outstanding_operations_complete_while_the_loop_runs_on)
{
    gate held(context.get_executor());
    int aborted_tasks = 0;
    for (int i = 0; i != 20; ++i)
        pool->async_submit(hold, held.path(),
                           [&](std::exception_ptr failure, pid_t) { aborted_tasks += code_of(failure) == aborted; });
    asio::co_spawn(context, held.async_next(), [&](std::exception_ptr, pid_t) { pool.reset(); });
    run();
    BOOST_TEST(aborted_tasks == 20);
}

BOOST_AUTO_TEST_CASE(tasks_that_never_reached_the_loop_are_aborted_too)
{
    auto result = pool->async_submit(own_pid);
    pool.reset();
    run();
    BOOST_TEST(code_thrown_by([&] { result.get(); }) == aborted);
}

BOOST_AUTO_TEST_CASE(a_handler_may_destroy_the_pool)
{
    bool called = false;
    pool->async_submit(own_pid, [&](std::exception_ptr failure, pid_t) {
        called = !failure;
        pool.reset();
    });
    run();
    BOOST_TEST(called);
}

BOOST_AUTO_TEST_CASE(a_handler_may_destroy_a_pool_that_has_its_own_thread)
{
    const std::size_t before = count_descriptors();
    std::optional<procpool::pool> own(std::in_place, pool_options{.workers = 1});
    std::promise<void> destroyed;
    own->async_submit(own_pid, [&](std::exception_ptr, pid_t) {
        own.reset();
        destroyed.set_value();
    });
    destroyed.get_future().get();
    while (has_children() || count_descriptors() != before) // that thread is still at it
        std::this_thread::yield();
}

BOOST_AUTO_TEST_CASE(a_pool_on_a_stopped_context_is_destroyed_with_that_context)
{
    std::optional<procpool::pool> orphan;
    future<pid_t> result;
    {
        asio::io_context stopped;
        gate held(context.get_executor());
        orphan.emplace(stopped, pool_options{.workers = 1});
        result = orphan->async_submit(hold, held.path());
        std::thread loop([&] { stopped.run(); });
        const pid_t worker = held.next();
        stopped.stop();
        loop.join();
        orphan.reset(); // the context does not run: what is left of the pool waits for its end
        BOOST_TEST(!result.ready());
        BOOST_TEST(exists(worker)); // killed, not reaped
    }
    BOOST_TEST(!has_children());
    BOOST_TEST(code_thrown_by([&] { result.get(); }) == aborted);
}

BOOST_AUTO_TEST_CASE(a_context_may_be_destroyed_before_its_pool)
{
    std::optional<procpool::pool> orphan;
    gate held(context.get_executor());
    future<pid_t> running, waiting;
    {
        asio::io_context first;
        orphan.emplace(first, pool_options{.workers = 1});
        running = orphan->async_submit(hold, held.path());
        waiting = orphan->async_submit(own_pid);
        std::thread loop([&] { first.run(); });
        held.next();
        first.stop();
        loop.join();
    }
    BOOST_TEST(!has_children());
    BOOST_TEST(code_thrown_by([&] { running.get(); }) == aborted);
    BOOST_TEST(code_thrown_by([&] { waiting.get(); }) == aborted);
    auto late = orphan->async_submit(own_pid);
    late.cancel();
    BOOST_TEST(code_thrown_by([&] { late.get(); }) == closed);
    orphan->close();
    orphan->terminate();
    BOOST_TEST(orphan->stats().workers == 0u);
}

BOOST_AUTO_TEST_CASE(a_context_that_shuts_down_twice_abandons_its_pools_once)
{
    // As io_context does since Boost 1.82: in its own destructor and in that of its base.
    struct twice_shut_down : asio::io_context {
        ~twice_shut_down() { shutdown(); }
    };
    std::optional<procpool::pool> orphan, idle, inline_pool;
    future<pid_t> waiting, never;
    int completed = 0;
    {
        twice_shut_down first;
        orphan.emplace(first, pool_options{.workers = 1});
        idle.emplace(first, pool_options{.workers = 1});
        inline_pool.emplace(first, pool_options{.start = start_method::inline_});
        waiting = orphan->async_submit(own_pid);
        never = inline_pool->async_submit(own_pid);
        orphan->async_submit(own_pid, [&](std::exception_ptr, pid_t) { ++completed; });
        idle.reset();
    }
    BOOST_TEST(code_thrown_by([&] { waiting.get(); }) == aborted);
    BOOST_TEST(code_thrown_by([&] { never.get(); }) == aborted);
    BOOST_TEST(completed == 0);
}

BOOST_AUTO_TEST_CASE(a_blocked_get_throws_when_the_context_is_destroyed)
{
    auto doomed = std::make_unique<asio::io_context>();
    procpool::pool orphan(*doomed, {.workers = 1});
    auto result = orphan.async_submit(own_pid);
    boost::system::error_code code;
    std::thread blocked([&] { code = code_thrown_by([&] { result.get(); }); });
    doomed.reset();
    blocked.join();
    BOOST_TEST(code == aborted);
}

BOOST_AUTO_TEST_CASE(a_blocked_join_throws_when_the_context_is_destroyed)
{
    auto doomed = std::make_unique<asio::io_context>();
    procpool::pool orphan(*doomed, {.workers = 1});
    auto result = orphan.async_submit(own_pid);
    boost::system::error_code code;
    std::thread blocked([&] { code = code_thrown_by([&] { orphan.join(); }); });
    while (code_thrown_by([&] { orphan.async_submit(own_pid).get(std::chrono::nanoseconds(1)); }) != closed)
        std::this_thread::yield(); // until join() has closed it
    doomed.reset();
    blocked.join();
    BOOST_TEST(code == aborted);
}

BOOST_AUTO_TEST_CASE(close_finishes_what_was_accepted_and_refuses_the_rest)
{
    run([&]() -> awaitable<void> {
        auto accepted = pool->async_submit(own_pid);
        pool->close();
        pool->close();
        auto refused = pool->async_submit(own_pid);
        const auto [failure, pid] = co_await pool->async_submit(own_pid, as_tuple);
        BOOST_TEST(code_of(failure) == closed);
        BOOST_TEST(code_thrown_by([&] { refused.get(); }) == closed);
        BOOST_TEST(co_await std::move(accepted) > 0);
    });
}

BOOST_AUTO_TEST_CASE(the_loop_ends_after_close_and_the_last_task)
{
    auto result = pool->async_submit(own_pid);
    pool->close();
    run();
    BOOST_TEST(result.ready());
    BOOST_TEST(pool->stats().workers == 0u);
}

BOOST_AUTO_TEST_CASE(async_join_completes_when_all_is_done_and_reaped)
{
    run([&]() -> awaitable<void> {
        auto result = pool->async_submit(own_pid);
        const auto [first] = co_await pool->async_join(as_tuple);
        BOOST_TEST(!first);
        BOOST_TEST(result.ready());
        BOOST_TEST(!has_children());
        const auto [again] = co_await pool->async_join(as_tuple);
        BOOST_TEST(!again);
    });
}

BOOST_AUTO_TEST_CASE(join_blocks_until_all_is_done_and_reaped)
{
    procpool::pool own({.workers = 1});
    auto result = own.async_submit(own_pid);
    own.join();
    own.join();
    BOOST_TEST(result.ready());
    BOOST_TEST(!has_children());
}

BOOST_AUTO_TEST_CASE(a_pool_that_never_had_a_task_can_be_joined)
{
    run([&]() -> awaitable<void> {
        const auto [error] = co_await pool->async_join(as_tuple);
        BOOST_TEST(!error);
    });
}

BOOST_AUTO_TEST_CASE(a_shutdown_lets_the_tasks_finish_within_its_limit)
{
    gate held(context.get_executor());
    run([&]() -> awaitable<void> {
        auto result = pool->async_submit(hold, held.path());
        held.open();
        const auto [error] = co_await pool->async_shutdown(std::chrono::hours(1), as_tuple);
        BOOST_TEST(!error);
        BOOST_TEST(co_await std::move(result) > 0);
        BOOST_TEST(!has_children());
    });
}

BOOST_AUTO_TEST_CASE(a_shutdown_cuts_off_the_tasks_at_its_limit)
{
    gate held(context.get_executor());
    run([&]() -> awaitable<void> {
        auto result = pool->async_submit(hold, held.path());
        co_await held.async_next();
        const auto [error] = co_await pool->async_shutdown(std::chrono::milliseconds(1), as_tuple);
        BOOST_TEST(error == make_error_code(errc::timed_out));
        BOOST_TEST(code_thrown_by([&] { result.get(); }) == aborted);
        BOOST_TEST(!has_children());
    });
}

BOOST_AUTO_TEST_CASE(terminate_kills_at_once_and_joins_complete)
{
    gate held(context.get_executor());
    run([&]() -> awaitable<void> {
        auto running = pool->async_submit(hold, held.path());
        auto waiting = pool->async_submit(hold, held.path());
        auto third = pool->async_submit(hold, held.path());
        co_await held.async_next();
        pool->terminate();
        pool->terminate();
        const auto [error] = co_await pool->async_join(as_tuple);
        BOOST_TEST(!error);
        for (auto* each : {&running, &waiting, &third})
            BOOST_TEST(code_thrown_by([&] { each->get(); }) == aborted);
        BOOST_TEST(!has_children());
        BOOST_TEST(pool->stats().cancelled == 3u);
        BOOST_TEST(pool->stats().crashed_workers == 0u);
        auto late = pool->async_submit(own_pid);
        BOOST_TEST(code_thrown_by([&] { late.get(); }) == closed);
    });
}

BOOST_AUTO_TEST_CASE(a_handler_may_join_shut_down_and_terminate)
{
    bool joined = false;
    pool->async_submit(own_pid, [&](std::exception_ptr, pid_t) {
        pool->async_shutdown(std::chrono::hours(1), [](boost::system::error_code) {});
        pool->async_join([&](boost::system::error_code error) { joined = !error; });
        pool->terminate();
    });
    run();
    BOOST_TEST(joined);
}

BOOST_AUTO_TEST_CASE(a_forked_copy_throws_and_kills_nothing)
{
    gate held(context.get_executor());
    run([&]() -> awaitable<void> {
        const pid_t worker = co_await pool->async_submit(own_pid);
        auto result = pool->async_submit(hold, held.path());
        std::optional watched = as_completed(std::span(&result, 1));
        co_await held.async_next();
        const pid_t copy = ::fork();
        if (copy == 0) {
            const auto forked = make_error_code(errc::forked_copy);
            const bool threw = code_thrown_by([&] { pool->async_submit(own_pid); }) == forked &&
                               code_thrown_by([&] { result.get(std::chrono::hours(1)); }) == forked &&
                               code_thrown_by([&] { result.cancel(); }) == forked;
            watched.reset();
            pool.reset();
            ::_exit(threw ? 0 : 1);
        }
        int status = -1;
        ::waitpid(copy, &status, 0);
        BOOST_TEST(status == 0);
        held.open();
        BOOST_TEST(co_await std::move(result) > 0);
        BOOST_TEST(exists(worker));
    });
}

BOOST_AUTO_TEST_CASE(who_waits_for_the_end_of_a_pool_or_for_a_signal_is_destroyed_with_the_context)
{
    const auto alive = std::make_shared<bool>();
    {
        asio::io_context other;
        procpool::pool busy(other, {.workers = 1, .min_workers = 1});
        const auto wait = [](procpool::pool& ending, std::shared_ptr<bool>) -> awaitable<void> {
            asio::steady_timer never(co_await asio::this_coro::executor, std::chrono::hours(1));
            auto task = ending.async_submit([] { ::pause(); });
            co_await (ending.async_join(use_awaitable) || never.async_wait(use_awaitable));
        };
        asio::co_spawn(other, wait(busy, alive), asio::detached);
        while (busy.stats().sent == 0)
            other.run_one();
    }
    BOOST_TEST(alive.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_future_may_outlive_its_pool)
{
    future<pid_t> result;
    {
        procpool::pool own({.workers = 1});
        result = own.async_submit(own_pid);
        own.join();
    }
    BOOST_TEST(result.running() == false);
    BOOST_TEST(result.ready());
    result.cancel();
    BOOST_TEST(result.get() > 0);
    BOOST_TEST(!result.valid());
    BOOST_CHECK_THROW(result.get(), std::logic_error);
}

BOOST_AUTO_TEST_CASE(an_empty_future_says_so_whatever_it_is_asked)
{
    future<pid_t> none;
    BOOST_TEST(!none.valid());
    BOOST_CHECK_THROW(none.ready(), std::logic_error);
    BOOST_CHECK_THROW(none.running(), std::logic_error);
    BOOST_CHECK_THROW(none.cancel(), std::logic_error);
    BOOST_CHECK_THROW(none.get(), std::logic_error);
    BOOST_CHECK_THROW(none.get(std::chrono::seconds(1)), std::logic_error);
    BOOST_CHECK_THROW(none.successful(), std::logic_error);
    BOOST_CHECK_THROW(none.exception(), std::logic_error);
    BOOST_CHECK_THROW(none.async_wait(boost::asio::detached), std::logic_error);
    BOOST_CHECK_THROW(std::move(none)(boost::asio::detached), std::logic_error);
    run([&]() -> awaitable<void> { co_return; });
}

BOOST_AUTO_TEST_CASE(a_future_that_outlives_its_pool_can_be_awaited)
{
    future<pid_t> finished;
    {
        procpool::pool own({.workers = 1});
        finished = own.async_submit(own_pid);
        own.join();
    }
    pid_t pid = 0;
    std::move(finished)(asio::bind_executor(context, [&](std::exception_ptr, pid_t value) { pid = value; }));
    pool.reset();
    run();
    BOOST_TEST(pid > 0);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
