// SPDX-License-Identifier: BSL-1.0
// What waits, in which order, how much of it, and what is counted.
#include "support/gate.hpp"
#include "support/pool_on_loop.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <string>
#include <thread>
#include <vector>

namespace procpool::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;
constexpr auto as_tuple = asio::as_tuple(use_awaitable);

int same(int x)
{
    return x;
}

std::size_t length(const std::string& text)
{
    return text.size();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_queue, pool_on_loop)

BOOST_AUTO_TEST_CASE(a_task_beyond_max_pending_fails_at_once)
{
    gate held(context.get_executor());
    pool.emplace(context, pool_options{.workers = 1, .max_pending = 2});
    run([&]() -> awaitable<void> {
        auto running = pool->async_submit(hold, held.path());
        co_await held.async_next();
        auto waiting = pool->async_submit(same, 1);
        auto refused = pool->async_submit(same, 2);
        BOOST_TEST(refused.ready());
        BOOST_TEST(code_thrown_by([&] { refused.get(); }) == make_error_code(errc::queue_full));
        const auto [failure, value] = co_await pool->async_submit(same, 3, as_tuple);
        BOOST_TEST(code_of(failure) == make_error_code(errc::queue_full));
        held.open();
        co_await std::move(running);
        const int one = co_await std::move(waiting);
        BOOST_TEST(one == 1);
        const int four = co_await pool->async_submit(same, 4); // there is room again
        BOOST_TEST(four == 4);
    });
}

BOOST_AUTO_TEST_CASE(argument_bytes_beyond_max_pending_bytes_fail_at_once)
{
    gate held(context.get_executor());
    pool.emplace(context, pool_options{.workers = 1, .max_pending_bytes = 10'000});
    run([&]() -> awaitable<void> {
        auto running = pool->async_submit(hold, held.path());
        co_await held.async_next();
        auto fits = pool->async_submit(length, std::string(5'000, 'x'));
        auto refused = pool->async_submit(length, std::string(5'000, 'x'));
        BOOST_TEST(code_thrown_by([&] { refused.get(); }) == make_error_code(errc::queue_full));
        held.open();
        co_await std::move(running);
        co_await std::move(fits);
    });
}

BOOST_AUTO_TEST_CASE(one_task_alone_is_always_accepted)
{
    pool.emplace(context, pool_options{.workers = 1, .max_pending_bytes = 1});
    run([&]() -> awaitable<void> {
        const auto size = co_await pool->async_submit(length, std::string(100'000, 'x'));
        BOOST_TEST(size == 100'000u);
    });
}

BOOST_AUTO_TEST_CASE(an_operation_with_a_token_waits_in_line_for_room)
{
    gate held(context.get_executor());
    pool.emplace(context, pool_options{.workers = 1, .max_pending = 1, .when_full = when_full::wait});
    std::vector<int> order;
    run([&]() -> awaitable<void> {
        auto running = pool->async_submit(hold, held.path());
        co_await held.async_next();
        for (int i = 0; i != 10; ++i)
            pool->async_submit(same, i, [&](std::exception_ptr, int value) { order.push_back(value); });
        BOOST_TEST(pool->stats().waiting == 10u);
        held.open();
        co_await std::move(running);
        co_await pool->async_join(use_awaitable); // what is in line was accepted
    });
    BOOST_TEST(order == (std::vector{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_waits_in_line_can_be_cancelled)
{
    gate held(context.get_executor());
    pool.emplace(context, pool_options{.workers = 1, .max_pending = 1, .when_full = when_full::wait});
    asio::cancellation_signal signal;
    std::exception_ptr failure;
    run([&]() -> awaitable<void> {
        auto running = pool->async_submit(hold, held.path());
        co_await held.async_next();
        pool->async_submit(same, 1, asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr thrown, int) {
                               failure = thrown;
                               held.open();
                           }));
        signal.emit(asio::cancellation_type::total);
        co_await std::move(running);
    });
    BOOST_TEST(code_of(failure) == make_error_code(asio::error::operation_aborted));
}

BOOST_AUTO_TEST_CASE(what_waits_in_line_is_aborted_with_the_pool)
{
    gate held(context.get_executor());
    pool.emplace(context, pool_options{.workers = 1, .max_pending = 1, .when_full = when_full::wait});
    std::exception_ptr failure;
    run([&]() -> awaitable<void> {
        static_cast<void>(pool->async_submit(hold, held.path()));
        co_await held.async_next();
        pool->async_submit(same, 1, [&](std::exception_ptr thrown, int) { failure = thrown; });
    });
    BOOST_TEST(code_of(failure) == make_error_code(asio::error::operation_aborted));
}

BOOST_AUTO_TEST_CASE(a_future_blocks_its_thread_until_there_is_room)
{
    gate held(context.get_executor());
    procpool::pool own({.workers = 1, .max_pending = 1, .when_full = when_full::wait});
    auto running = own.async_submit(hold, held.path());
    held.next();
    std::atomic<bool> accepted = false;
    int value = 0;
    std::thread submitter([&] {
        auto result = own.async_submit(same, 7);
        accepted = true;
        value = result.get();
    });
    BOOST_TEST(!accepted); // it cannot be while the first task runs
    held.open();
    submitter.join();
    BOOST_TEST(accepted);
    BOOST_TEST(value == 7);
    BOOST_TEST(running.ready());
}

BOOST_AUTO_TEST_CASE(closing_the_pool_frees_those_who_block_for_room)
{
    gate held(context.get_executor());
    procpool::pool own({.workers = 1, .max_pending = 1, .when_full = when_full::wait});
    auto running = own.async_submit(hold, held.path());
    held.next();
    boost::system::error_code code;
    std::thread submitter([&] {
        auto result = own.async_submit(same, 7);
        code = code_thrown_by([&] { result.get(); });
    });
    own.close();
    submitter.join();
    BOOST_TEST(code == make_error_code(errc::pool_closed));
    held.open();
    own.join();
    BOOST_TEST(running.ready());
}

BOOST_AUTO_TEST_CASE(higher_priority_starts_first_and_equals_in_order)
{
    gate held(context.get_executor());
    pool.emplace(context, pool_options{.workers = 1});
    std::vector<int> order;
    run([&]() -> awaitable<void> {
        auto running = pool->async_submit(hold, held.path());
        co_await held.async_next();
        const auto submit = [&](int priority, int number) {
            pool->async_submit(submit_options{.priority = priority}, same, number,
                               [&](std::exception_ptr, int value) { order.push_back(value); });
        };
        submit(0, 4), submit(0, 5), submit(-1, 6), submit(2, 1), submit(2, 2), submit(1, 3), submit(-1, 7);
        co_await asio::post(context, use_awaitable);
        held.open();
        co_await std::move(running);
        co_await pool->async_join(use_awaitable);
    });
    BOOST_TEST(order == (std::vector{1, 2, 3, 4, 5, 6, 7}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(stats_count_a_task_from_its_submission_on)
{
    pool.emplace(context, pool_options{.workers = 1});
    const auto one = pool->async_submit(same, 1);
    const auto other = pool->async_submit(same, 2);
    BOOST_TEST(pool->stats().submitted == 2u); // though the loop has not run
    BOOST_TEST(pool->stats().waiting == 2u);
    run([&]() -> awaitable<void> {
        co_await pool->async_join(use_awaitable);
        BOOST_TEST(pool->stats().submitted == 2u);
        BOOST_TEST(pool->stats().waiting == 0u);
    });
}

BOOST_AUTO_TEST_CASE(stats_count_every_task_once)
{
    gate held(context.get_executor());
    pool.emplace(context, pool_options{.workers = 1});
    run([&]() -> awaitable<void> {
        auto running = pool->async_submit(hold, held.path());
        co_await held.async_next();
        auto waiting = pool->async_submit(same, 1);
        auto failing = pool->async_submit([] { throw 1; });
        co_await asio::post(context, use_awaitable);
        const auto before = pool->stats();
        BOOST_TEST(before.submitted == 3u);
        BOOST_TEST(before.waiting + before.sent == 3u);
        BOOST_TEST(before.workers == 1u);
        BOOST_TEST(before.ready == 1u);
        BOOST_TEST(before.busy == 1u);
        held.open();
        co_await std::move(running);
        co_await failing.async_wait(use_awaitable);
        co_await pool->async_join(use_awaitable);
        const auto after = pool->stats();
        BOOST_TEST(after.succeeded == 2u);
        BOOST_TEST(after.failed == 1u);
        BOOST_TEST(after.cancelled == 0u);
        BOOST_TEST(after.waiting + after.sent + after.workers + after.ready + after.busy == 0u);
        BOOST_TEST(after.started_workers == 1u);
    });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
