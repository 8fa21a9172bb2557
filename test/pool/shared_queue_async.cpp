// SPDX-License-Identifier: BSL-1.0
// own executable, with shared_queue.cpp
// procpool::queue as Asio operations.
#include "pool/shared_queue.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <future>
#include <latch>
#include <memory>
#include <numeric>
#include <vector>

namespace procpool::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

std::vector<int> numbers_from(int first, int last)
{
    std::vector<int> all(static_cast<std::size_t>(last - first + 1));
    std::iota(all.begin(), all.end(), first);
    return all;
}

std::vector<int> get_some(queue<int> from, std::size_t count)
{
    std::vector<int> got;
    while (got.size() != count)
        got.push_back(from.get());
    return got;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_shared_queue_async, queue_on_loop)

BOOST_AUTO_TEST_CASE(coroutines_put_and_get_without_blocking_their_loop)
{
    queue<int> numbers(1);
    int sum = 0;
    asio::co_spawn(
        context,
        [&]() -> awaitable<void> {
            for (int i = 1; i <= 100; ++i)
                co_await numbers.async_put(i);
        },
        asio::detached);
    run([&]() -> awaitable<void> {
        for (int i = 1; i <= 100; ++i)
            sum += co_await numbers.async_get();
    });
    BOOST_TEST(sum == 5050);
}

BOOST_AUTO_TEST_CASE(a_coroutine_gets_what_a_worker_puts)
{
    queue<int> numbers(3);
    run([&]() -> awaitable<void> {
        auto putting = pool->async_submit(put_numbers, numbers, 1000);
        for (int i = 0; i != 1000; ++i)
            BOOST_TEST_REQUIRE(co_await numbers.async_get(asio::use_awaitable) == i);
        co_await std::move(putting);
    });
}

BOOST_AUTO_TEST_CASE(every_kind_of_token_works)
{
    queue<int> numbers;
    numbers.async_put(1, asio::use_future).get();
    BOOST_TEST(numbers.async_get(asio::use_future).get() == 1);
    numbers.put(2);
    numbers.async_get(asio::deferred)(
        asio::bind_executor(context, [](std::exception_ptr, int item) { BOOST_TEST(item == 2); }));
    bool is_called = false;
    numbers.close();
    numbers.async_get(asio::bind_executor(context, [&](std::exception_ptr failure, int) {
        is_called = true;
        BOOST_TEST(code_of(failure) == queue_closed);
    }));
    BOOST_TEST(!is_called);
    pool.reset();
    run();
    BOOST_TEST(is_called);
}

BOOST_AUTO_TEST_CASE(a_cancelled_get_takes_nothing)
{
    queue<int> numbers;
    asio::cancellation_signal stop;
    std::exception_ptr failure;
    numbers.async_get(asio::bind_cancellation_slot(
        stop.slot(), asio::bind_executor(context, [&](std::exception_ptr thrown, int) { failure = thrown; })));
    asio::post(context, [&] {
        stop.emit(asio::cancellation_type::total);
        numbers.put(5);
    });
    pool.reset();
    run();
    BOOST_TEST(code_of(failure) == make_error_code(asio::error::operation_aborted));
    BOOST_TEST(numbers.get() == 5);
}

BOOST_AUTO_TEST_CASE(a_get_that_is_cancelled_before_it_was_tried_takes_nothing)
{
    queue<int> numbers;
    numbers.put(5);
    asio::cancellation_signal stop;
    std::exception_ptr failure;
    numbers.async_get(asio::bind_cancellation_slot(
        stop.slot(), asio::bind_executor(context, [&](std::exception_ptr thrown, int) { failure = thrown; })));
    stop.emit(asio::cancellation_type::total);
    pool.reset();
    run();
    BOOST_TEST(code_of(failure) == make_error_code(asio::error::operation_aborted));
    BOOST_TEST(numbers.get() == 5);
}

BOOST_AUTO_TEST_CASE(puts_that_wait_for_room_add_their_items_in_the_order_of_the_calls)
{
    queue<int> numbers(1);
    numbers.put(0);
    for (int i = 1; i <= 20; ++i)
        numbers.async_put(i, asio::bind_executor(context, asio::detached));
    auto got = std::async(std::launch::async, [&] { return get_some(numbers, 21); });
    pool.reset();
    run();
    BOOST_TEST(got.get() == numbers_from(0, 20), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(gets_that_wait_for_items_take_them_in_the_order_of_the_calls)
{
    queue<int> numbers;
    std::vector<int> order;
    for (int i = 1; i <= 20; ++i)
        numbers.async_get(asio::bind_executor(context, [&, i](std::exception_ptr, int item) {
            BOOST_TEST(item == i);
            order.push_back(item);
        }));
    context.poll(); // all of them wait
    for (int i = 1; i <= 20; ++i)
        numbers.put(i);
    pool.reset();
    run();
    BOOST_TEST(order == numbers_from(1, 20), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(on_an_executor_with_threads_too_puts_add_their_items_in_the_order_of_the_calls)
{
    queue<int> numbers;
    std::latch put(100);
    for (int i = 1; i <= 100; ++i)
        numbers.async_put(i, [&](const std::exception_ptr&) { put.count_down(); });
    BOOST_TEST(get_some(numbers, 100) == numbers_from(1, 100), boost::test_tools::per_element());
    put.wait(); // the executor's threads are done with the queue
}

BOOST_AUTO_TEST_CASE(a_put_that_is_cancelled_leaves_the_others_in_their_order)
{
    queue<int> numbers(1);
    numbers.put(0);
    asio::cancellation_signal stop_first;
    asio::cancellation_signal stop_third;
    int cancelled = 0;
    const auto cancellable = [&](asio::cancellation_signal& stop) {
        return asio::bind_cancellation_slot(stop.slot(), asio::bind_executor(context, [&](std::exception_ptr failure) {
                                                BOOST_TEST(code_of(failure) ==
                                                           make_error_code(asio::error::operation_aborted));
                                                ++cancelled;
                                            }));
    };
    numbers.async_put(-1, cancellable(stop_first));
    numbers.async_put(1, asio::bind_executor(context, asio::detached));
    numbers.async_put(-3, cancellable(stop_third));
    for (int i = 2; i <= 5; ++i)
        numbers.async_put(i, asio::bind_executor(context, asio::detached));
    context.poll(); // all of them wait
    stop_third.emit(asio::cancellation_type::total);
    stop_first.emit(asio::cancellation_type::total);
    BOOST_TEST(cancelled == 0);
    while (cancelled != 2)
        context.run_one();
    auto got = std::async(std::launch::async, [&] { return get_some(numbers, 6); });
    pool.reset();
    run();
    BOOST_TEST(got.get() == numbers_from(0, 5), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_loop_that_nobody_runs_holds_up_no_other)
{
    queue<int> numbers;
    asio::io_context idle;
    numbers.async_get(asio::bind_executor(idle, [](std::exception_ptr, int) { BOOST_ERROR("called"); }));
    int got = 0;
    numbers.async_get(asio::bind_executor(context, [&](std::exception_ptr, int item) { got = item; }));
    numbers.put(7);
    pool.reset();
    run();
    BOOST_TEST(got == 7);
}

BOOST_AUTO_TEST_CASE(many_strands_of_a_loop_wait_with_one_descriptor)
{
    queue<int> numbers;
    const auto before = count_descriptors();
    int sum = 0;
    for (int i = 0; i != 100; ++i)
        numbers.async_get(
            asio::bind_executor(asio::make_strand(context), [&](std::exception_ptr, int item) { sum += item; }));
    for (int i = 0; i != 100; ++i)
        numbers.async_get(asio::bind_executor(asio::make_strand(asio::any_io_executor(asio::make_strand(context))),
                                              [&](std::exception_ptr, int item) { sum += item; }));
    context.poll();
    BOOST_TEST(count_descriptors() <= before + 1);
    for (int i = 0; i != 200; ++i)
        numbers.put(1);
    pool.reset();
    run();
    BOOST_TEST(sum == 200);
}

BOOST_AUTO_TEST_CASE(handlers_of_a_strand_are_called_in_the_order_of_the_calls)
{
    asio::thread_pool threads(2);
    const auto strand = asio::make_strand(threads);
    queue<int> numbers;
    std::vector<int> got;
    for (int i = 0; i != 1000; ++i)
        numbers.async_get(asio::bind_executor(strand, [&](std::exception_ptr, int item) { got.push_back(item); }));
    for (int i = 0; i != 1000; ++i)
        numbers.put(i);
    threads.join();
    BOOST_TEST(got == numbers_from(0, 999), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_strand_that_is_busy_holds_up_no_other)
{
    asio::thread_pool threads(2);
    queue<int> numbers;
    std::promise<void> is_busy;
    std::promise<int> got;
    const auto busy = asio::make_strand(threads);
    numbers.async_get(asio::bind_executor(busy, [](std::exception_ptr, int) {}));
    std::latch release(1);
    asio::post(busy, [&] {
        is_busy.set_value();
        release.wait();
    });
    is_busy.get_future().wait();
    numbers.async_get(
        asio::bind_executor(asio::make_strand(threads), [&](std::exception_ptr, int item) { got.set_value(item); }));
    numbers.put(1);
    numbers.put(2);
    BOOST_TEST(got.get_future().get() == 2);
    release.count_down();
    threads.join();
}

BOOST_AUTO_TEST_CASE(a_loop_that_ends_first_destroys_who_waits)
{
    const auto alive = std::make_shared<int>();
    queue<int> numbers;
    {
        asio::io_context brief;
        for (int i = 0; i != 3; ++i)
            numbers.async_get(asio::bind_executor(brief, [alive](std::exception_ptr, int) { BOOST_ERROR("called"); }));
        brief.poll();
        BOOST_TEST(alive.use_count() == 4);
    }
    BOOST_TEST(alive.use_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
