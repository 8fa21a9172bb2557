// SPDX-License-Identifier: BSL-1.0
// What threads may do to one pool at the same time. ThreadSanitizer judges; without it, these look for crashes and
// outcomes that are lost.
#include "support/left_behind.hpp"

#include <procpool/pool.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace procpool::test {
namespace {

namespace asio = boost::asio;

constexpr int rounds = 20;
constexpr int threads = 4;
constexpr int tasks = 50;

int same(int value)
{
    return value;
}

/// Runs body(thread number) on several threads that start together, and calls `meanwhile` in this one.
template <class Body, class Meanwhile>
void race(Body body, Meanwhile meanwhile)
{
    std::latch all_here(threads + 1);
    std::vector<std::jthread> running;
    for (int i = 0; i != threads; ++i)
        running.emplace_back([&, i] {
            all_here.arrive_and_wait();
            body(i);
        });
    all_here.arrive_and_wait();
    meanwhile();
}

/// Whether it was this thread's luck that the task ran; what else may become of one here is not an error.
bool succeeded(future<int>& result)
{
    try {
        return result.get() >= 0;
    } catch (const boost::system::system_error&) {
        return false;
    }
}

/// A task's handler, and the signal that may cancel it from the same strand.
struct racing_call {
    asio::strand<asio::thread_pool::executor_type> strand;
    asio::cancellation_signal signal{};
    int completed = 0;

    void start(pool& p)
    {
        p.async_submit(
            same, 1,
            asio::bind_cancellation_slot(
                signal.slot(), asio::bind_executor(strand, [this](std::exception_ptr, int) { ++completed; })));
    }
    void cancel()
    {
        asio::post(strand, [this] { signal.emit(asio::cancellation_type::terminal); });
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(race_pool, nothing_left_behind)

BOOST_AUTO_TEST_CASE(tasks_are_submitted_cancelled_and_counted_by_many_threads)
{
    std::atomic<int> ended = 0;
    pool p({.workers = 2});
    race(
        [&](int) {
            std::vector<future<int>> results;
            for (int i = 0; i != tasks; ++i)
                results.push_back(p.async_submit(same, i));
            for (int i = 0; i < tasks; i += 2)
                results[static_cast<std::size_t>(i)].cancel();
            for (auto& each : results)
                succeeded(each), ++ended;
        },
        [&] {
            while (ended != threads * tasks)
                static_cast<void>(p.stats());
        });
    p.join();
    const auto counted = p.stats();
    BOOST_TEST(counted.succeeded + counted.cancelled == static_cast<std::size_t>(threads * tasks));
}

BOOST_AUTO_TEST_CASE(futures_are_cancelled_while_their_pool_is_destroyed)
{
    for (int round = 0; round != rounds; ++round) {
        std::optional<pool> p(pool_options{.workers = 1});
        std::vector<future<int>> results;
        for (int i = 0; i != threads * tasks; ++i)
            results.push_back(p->async_submit(same, i));
        race(
            [&](int thread) {
                for (int i = thread; i < threads * tasks; i += threads) {
                    results[static_cast<std::size_t>(i)].cancel();
                    succeeded(results[static_cast<std::size_t>(i)]);
                }
            },
            [&] { p.reset(); });
    }
}

BOOST_AUTO_TEST_CASE(futures_are_awaited_while_their_pool_is_destroyed)
{
    for (int round = 0; round != rounds; ++round) {
        std::optional<pool> p(pool_options{.workers = 1});
        std::vector<future<int>> results;
        for (int i = 0; i != threads * tasks; ++i)
            results.push_back(p->async_submit(same, i));
        race(
            [&](int thread) {
                for (int i = thread; i < threads * tasks; i += threads) {
                    std::promise<void> told;
                    auto end = told.get_future();
                    results[static_cast<std::size_t>(i)].async_wait(
                        [told = std::move(told)](boost::system::error_code) mutable { told.set_value(); });
                    end.wait(); // until the handler was called, or destroyed with the pool's context
                }
            },
            [&] { p.reset(); });
    }
}

BOOST_AUTO_TEST_CASE(tasks_are_submitted_while_the_pool_is_closed)
{
    for (int round = 0; round != rounds; ++round) {
        pool p({.workers = 1, .max_pending = 10, .when_full = when_full::wait});
        std::atomic<std::uint64_t> ran = 0;
        race(
            [&](int) {
                for (int i = 0; i != tasks; ++i) {
                    auto result = p.async_submit(same, i);
                    ran += succeeded(result);
                }
            },
            [&] { p.close(); });
        p.join();
        BOOST_TEST(p.stats().succeeded == ran);
    }
}

BOOST_AUTO_TEST_CASE(calls_are_cancelled_at_the_moment_of_their_completion)
{
    asio::thread_pool callers(threads);
    pool p({.workers = 2});
    std::vector<std::unique_ptr<racing_call>> calls;
    for (int i = 0; i != rounds * tasks; ++i)
        calls.push_back(std::make_unique<racing_call>(asio::make_strand(callers)));
    for (const auto& each : calls) {
        asio::post(each->strand, [&] { each->start(p); });
        each->cancel();
    }
    callers.join();
    for (const auto& each : calls)
        BOOST_TEST(each->completed == 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
