// SPDX-License-Identifier: BSL-1.0
// On which loops a pool runs, and from where it may be used.
#include "support/gate.hpp"
#include "support/pool_on_loop.hpp"

#include <procpool/as_completed.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <thread>
#include <vector>

namespace procpool::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

int square(int x)
{
    return x * x;
}

/// A task that is a program of its own: it makes a pool and uses it.
int square_in_an_inner_pool(int x)
{
    pool inner({.workers = 1});
    return inner.async_submit(square, x).get();
}

std::vector<std::thread> run_on(std::size_t count, const std::function<void()>& body)
{
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i != count; ++i)
        threads.emplace_back(body);
    return threads;
}

void join_all(std::vector<std::thread>& threads)
{
    for (auto& each : threads)
        each.join();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(async_contexts, nothing_left_behind)

BOOST_AUTO_TEST_CASE(many_threads_may_run_the_loop)
{
    asio::io_context context;
    pool p(context, {.workers = 2});
    std::atomic<int> sum = 0;
    for (int i = 0; i != 1000; ++i)
        p.async_submit(square, i % 10, [&](std::exception_ptr, int value) { sum += value; });
    p.close();
    auto threads = run_on(4, [&] { context.run(); });
    join_all(threads);
    BOOST_TEST(sum == 100 * 285);
}

BOOST_AUTO_TEST_CASE(a_pool_runs_on_a_strand)
{
    asio::io_context context;
    const auto strand = asio::make_strand(context);
    pool p(strand, {.workers = 2});
    int sum = 0; // unguarded: the handlers' executor is the strand
    for (int i = 0; i != 1000; ++i)
        p.async_submit(square, i % 10, [&](std::exception_ptr, int value) { sum += value; });
    p.close();
    auto threads = run_on(4, [&] { context.run(); });
    join_all(threads);
    BOOST_TEST(sum == 100 * 285);
}

BOOST_AUTO_TEST_CASE(handlers_that_belong_to_the_pools_own_strand_are_called_in_it)
{
    asio::io_context context;
    const auto strand = asio::make_strand(context);
    pool p(strand, {.workers = 2});
    int sum = 0; // unguarded
    int outside = 0;
    for (int i = 0; i != 1000; ++i)
        p.async_submit(square, i % 10, asio::bind_executor(strand, [&](std::exception_ptr, int value) {
                           sum += value;
                           outside += !strand.running_in_this_thread();
                       }));
    p.close();
    auto threads = run_on(4, [&] { context.run(); });
    join_all(threads);
    BOOST_TEST(sum == 100 * 285);
    BOOST_TEST(outside == 0);
}

BOOST_AUTO_TEST_CASE(who_waits_for_tasks_of_several_pools_is_called_on_the_executor_of_his_handler)
{
    asio::io_context here;
    asio::io_context elsewhere;
    pool slow(here, {.workers = 1});
    pool fast(elsewhere, {.workers = 1});
    gate held(here.get_executor());
    std::vector<future<int>> all;
    all.push_back(slow.async_submit(hold, held.path()));
    all.push_back(fast.async_submit(square, 5));
    auto stream = as_completed(all);
    bool is_here = false;
    std::size_t first = all.size();
    stream.async_next(asio::bind_executor(here, [&](boost::system::error_code, std::optional<completed<int>> one) {
        is_here = here.get_executor().running_in_this_thread();
        first = one->index;
        held.open();
        slow.close();
    }));
    fast.close();
    std::thread other([&] { elsewhere.run(); });
    here.run();
    other.join();
    BOOST_TEST(is_here);
    BOOST_TEST(first == 1u);
}

BOOST_AUTO_TEST_CASE(a_pool_runs_on_a_thread_pool)
{
    asio::thread_pool threads(3);
    pool p(threads, {.workers = 2});
    BOOST_TEST(p.async_submit(square, 5).get() == 25);
    p.join();
    threads.join();
}

BOOST_AUTO_TEST_CASE(a_pool_runs_on_a_thread_of_its_own)
{
    pool p({.workers = 2});
    BOOST_TEST(p.async_submit(square, 5).get() == 25);
    BOOST_TEST(p.async_submit(square, 6, asio::use_future).get() == 36);
}

BOOST_AUTO_TEST_CASE(a_pool_may_be_moved)
{
    pool p({.workers = 1});
    auto result = p.async_submit(square, 5);
    pool moved(std::move(p));
    BOOST_TEST(result.get() == 25);
    BOOST_TEST(moved.async_submit(square, 6).get() == 36);
    BOOST_TEST(code_thrown_by([&] { p.async_submit(square, 1); }) == make_error_code(errc::pool_closed)); // NOLINT
    p = std::move(moved);
    BOOST_TEST(p.async_submit(square, 7).get() == 49);
}

BOOST_AUTO_TEST_CASE(tasks_may_be_submitted_from_any_thread)
{
    pool p({.workers = 2});
    std::atomic<int> sum = 0;
    auto threads = run_on(4, [&] {
        std::vector<future<int>> results;
        for (int i = 0; i != 250; ++i)
            results.push_back(p.async_submit(square, i % 10));
        for (auto& each : results)
            sum += each.get();
    });
    join_all(threads);
    BOOST_TEST(sum == 100 * 285);
    BOOST_TEST(p.stats().succeeded == 1000u);
}

BOOST_AUTO_TEST_CASE(tasks_may_be_submitted_from_a_handler_and_from_a_coroutine)
{
    asio::io_context context;
    pool p(context, {.workers = 2});
    int from_handler = 0, from_coroutine = 0;
    int ended = 0;
    const auto close_after_both = [&] {
        if (++ended == 2)
            p.close();
    };
    p.async_submit(square, 2, [&](std::exception_ptr, int four) {
        p.async_submit(square, four, [&](std::exception_ptr, int sixteen) {
            from_handler = sixteen;
            close_after_both();
        });
    });
    asio::co_spawn(
        context,
        [&]() -> awaitable<void> {
            const int nine = co_await p.async_submit(square, 3);
            from_coroutine = co_await p.async_submit(square, nine);
            close_after_both();
        },
        asio::detached);
    context.run();
    BOOST_TEST(from_handler == 16);
    BOOST_TEST(from_coroutine == 81);
}

BOOST_AUTO_TEST_CASE(several_pools_live_in_one_program)
{
    asio::io_context context;
    pool first(context, {.workers = 1}), second(context, {.workers = 1}), third({.workers = 1});
    int sum = 0;
    for (auto* each : {&first, &second})
        each->async_submit(square, 3, [&, each](std::exception_ptr, int value) {
            sum += value;
            each->close();
        });
    context.run();
    BOOST_TEST(sum == 18);
    BOOST_TEST(third.async_submit(square, 4).get() == 16);
}

BOOST_AUTO_TEST_CASE(a_task_may_have_a_pool_of_its_own)
{
    pool p({.workers = 1});
    BOOST_TEST(p.async_submit(square_in_an_inner_pool, 7).get() == 49);
}

// Executors of one loop, and that loop's own: a strand's handlers need the loop's threads too.
void check_that_blocking_throws(const pool::executor_type& of_pool, const pool::executor_type& of_loop)
{
    const auto deadlock = make_error_code(errc::would_deadlock);
    pool p(of_pool, {.workers = 1, .max_pending = 1, .when_full = when_full::wait});
    auto result = p.async_submit(square, 5);
    asio::post(of_loop, [&] {
        BOOST_TEST(code_thrown_by([&] { result.get(); }) == deadlock);
        BOOST_TEST(code_thrown_by([&] { result.get(std::chrono::hours(1)); }) == deadlock);
        BOOST_TEST(code_thrown_by([&] { p.async_submit(square, 1); }) == deadlock);
        BOOST_TEST(code_thrown_by([&] { p.join(); }) == deadlock);
        BOOST_TEST(result.valid()); // it took nothing
        p.close();
    });
    BOOST_TEST(result.get() == 25); // while another thread runs the loop, this one may block
    p.join();
}

BOOST_AUTO_TEST_CASE(blocking_on_a_thread_that_runs_the_loop_throws)
{
    asio::io_context context;
    asio::thread_pool threads(1);
    const auto io = context.get_executor();
    auto work = asio::make_work_guard(context);
    std::thread loop([&] { context.run(); });
    check_that_blocking_throws(io, io);
    check_that_blocking_throws(asio::make_strand(io), io);
    check_that_blocking_throws(asio::make_strand(pool::executor_type(io)), io);
    check_that_blocking_throws(threads.get_executor(), threads.get_executor());
    check_that_blocking_throws(asio::make_strand(threads), threads.get_executor());
    work.reset();
    loop.join();
}

BOOST_AUTO_TEST_CASE(get_on_the_loop_may_take_an_outcome_that_is_here)
{
    asio::io_context context;
    pool p(context, {.workers = 1});
    auto result = p.async_submit(square, 5);
    int value = 0;
    result.async_wait([&](boost::system::error_code) {
        value = result.get();
        p.close();
    });
    context.run();
    BOOST_TEST(value == 25);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
