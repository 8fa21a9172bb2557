// SPDX-License-Identifier: BSL-1.0
// start_method::inline_: tasks that run in this process.
#include "support/pool_on_loop.hpp"

#include <procpool.hpp>

#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <numeric>
#include <ranges>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace procpool::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

const auto aborted = make_error_code(asio::error::operation_aborted);

int order = 0;
std::atomic<bool> may_go_on = false;

int next_in_order(int)
{
    return ++order;
}

struct unknown_exception {};

void fail_to_begin()
{
    throw std::domain_error("no table");
}

struct inline_on_loop : pool_on_loop {
    inline_on_loop() : pool_on_loop({.start = start_method::inline_}) {}
};

struct with_own_thread : nothing_left_behind {
    procpool::pool pool{{.start = start_method::inline_}};
};

} // namespace

BOOST_AUTO_TEST_SUITE(pool_inline)

BOOST_FIXTURE_TEST_CASE(tasks_run_in_this_process_and_all_else_is_as_with_workers, with_own_thread)
{
    BOOST_TEST(pool.async_submit(::getpid).get() == ::getpid());
    const auto throws = [](const std::string& why) { throw std::domain_error(why); };
    BOOST_CHECK_THROW(pool.async_submit(throws, "no").get(), std::domain_error);
    BOOST_CHECK_THROW(pool.async_submit([] { throw unknown_exception(); }).get(), task_error);
    const auto whole = pool.async_submit([](buffer<int> b) { return b; }, buffer<int>(100'000)).get();
    BOOST_TEST(whole.size() == 100'000u);
    auto squares = pool.imap([](int x) { return x * x; }, std::views::iota(0));
    for (int i = 0; i != 1000; ++i)
        BOOST_TEST_REQUIRE(squares.next().value() == i * i);
    auto everywhere = pool.broadcast(::getpid);
    BOOST_TEST_REQUIRE(everywhere.size() == 1u);
    BOOST_TEST(everywhere.front().get() == ::getpid());
    BOOST_TEST(pool.stats().workers == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_limited_wait_never_runs_the_task_itself, with_own_thread)
{
    may_go_on = false;
    auto waiting = pool.async_submit([] { may_go_on.wait(false); });
    BOOST_TEST(code_thrown_by([&] { waiting.get(std::chrono::milliseconds(5)); }) == make_error_code(errc::timed_out));
    may_go_on = true;
    may_go_on.notify_all();
    waiting.get();
}

BOOST_FIXTURE_TEST_CASE(nothing_completes_inside_an_initiating_function_and_one_task_runs_at_a_time, inline_on_loop)
{
    order = 0;
    run([&]() -> awaitable<void> {
        bool done = false;
        pool->async_submit(::getpid, [&](const std::exception_ptr&, pid_t) { done = true; });
        BOOST_TEST(!done);
        auto low = pool->async_submit(next_in_order, 0);
        auto high = pool->async_submit({.priority = 1}, next_in_order, 0);
        auto last = pool->async_submit(next_in_order, 0);
        co_await when_all(std::tie(low, high, last));
        BOOST_TEST(done);
        BOOST_TEST(high.get() == 1);
        BOOST_TEST(low.get() == 2);
        BOOST_TEST(last.get() == 3);
        BOOST_TEST(code_thrown_by([&] { pool->async_submit(::getpid).get(); }) ==
                   make_error_code(errc::would_deadlock));
        const auto results = co_await pool->async_map([](int x) { return -x; }, std::views::iota(0, 100));
        BOOST_TEST(results.back() == -99);
    });
}

BOOST_FIXTURE_TEST_CASE(what_waits_is_cancelled_and_a_closed_pool_finishes_what_it_has, inline_on_loop)
{
    order = 0;
    run([&]() -> awaitable<void> {
        auto kept = pool->async_submit(next_in_order, 0);
        auto given_up = pool->async_submit(next_in_order, 0);
        given_up.cancel();
        co_await given_up.async_wait(asio::use_awaitable);
        BOOST_TEST(code_thrown_by([&] { given_up.get(); }) == aborted);
        const int first = co_await std::move(kept);
        BOOST_TEST(first == 1);
        auto pending = pool->async_submit(next_in_order, 0);
        pool->cancel_pending();
        co_await pending.async_wait(asio::use_awaitable);
        BOOST_TEST(code_thrown_by([&] { pending.get(); }) == aborted);
        auto accepted = pool->async_submit(next_in_order, 0);
        co_await pool->async_join(asio::use_awaitable);
        BOOST_TEST(accepted.get() == 2);
        BOOST_TEST(code_thrown_by([&] { pool->async_submit(::getpid).get(); }) == make_error_code(errc::pool_closed));
        BOOST_TEST(pool->stats().cancelled == 2u);
        BOOST_TEST(pool->stats().succeeded == 2u);
    });
}

BOOST_FIXTURE_TEST_CASE(a_pool_that_is_destroyed_aborts_what_has_not_run, inline_on_loop)
{
    std::vector<boost::system::error_code> codes;
    for (int i = 0; i != 3; ++i)
        pool->async_submit(::getpid, [&](const std::exception_ptr& failure, pid_t) {
            codes.push_back(code_of(failure));
            pool.reset();
        });
    run();
    BOOST_TEST(codes == (std::vector{{}, aborted, aborted}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_context_that_is_destroyed_first_destroys_handlers_uninvoked)
{
    std::optional<asio::io_context> context(std::in_place);
    procpool::pool pool(*context, {.start = start_method::inline_});
    auto never = pool.async_submit(::getpid);
    bool called = false;
    pool.async_submit(::getpid, [&](const std::exception_ptr&, pid_t) { called = true; });
    context.reset();
    BOOST_TEST(code_thrown_by([&] { never.get(); }) == aborted);
    BOOST_TEST(!called);
}

BOOST_AUTO_TEST_CASE(a_running_task_that_is_given_up_frees_its_caller_and_runs_on)
{
    asio::thread_pool context(2);
    procpool::pool pool(context, {.start = start_method::inline_});
    static std::promise<void> begun, may_end;
    static bool ended = false;
    auto running = pool.async_submit([] {
        begun.set_value();
        may_end.get_future().get();
        ended = true;
    });
    begun.get_future().get();
    BOOST_TEST(running.running());
    running.cancel();
    BOOST_TEST(code_thrown_by([&] { running.get(); }) == aborted);
    may_end.set_value();
    pool.join();
    BOOST_TEST(ended);
}

BOOST_AUTO_TEST_CASE(the_initializer_runs_once_and_what_it_throws_fails_each_task)
{
    order = 0;
    procpool::pool pool(
        {.start = start_method::inline_, .initializer = procpool::task([](int x) { next_in_order(x); }, 0)});
    BOOST_TEST(pool.async_submit(next_in_order, 0).get() == 2);
    BOOST_TEST(pool.async_submit(next_in_order, 0).get() == 3);

    procpool::pool broken({.start = start_method::inline_, .initializer = procpool::task(fail_to_begin)});
    for (int i = 0; i != 2; ++i)
        BOOST_CHECK_EXCEPTION(broken.async_submit(::getpid).get(), boost::system::system_error, [](const auto& e) {
            return e.code() == errc::start_failed && std::string(e.what()).find("no table") != std::string::npos;
        });
}

BOOST_FIXTURE_TEST_CASE(a_task_may_use_such_a_pool_in_its_worker, nothing_left_behind)
{
    procpool::pool pool({.workers = 1});
    const auto nested = [](int x) {
        procpool::pool inner({.start = start_method::inline_});
        const auto all = inner.map(
            {.chunk_size = 3}, [](int y) { return y + 1; }, std::views::iota(0, x));
        return std::accumulate(all.begin(), all.end(), 0);
    };
    BOOST_TEST(pool.async_submit(nested, 4).get() == 10);
    const auto sums = pool.map({.chunk_size = 4}, nested, std::vector{1, 2, 3, 4});
    BOOST_TEST(sums == (std::vector{1, 3, 6, 10}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
