// SPDX-License-Identifier: BSL-1.0
// Waiting for several futures, and asking one.
#include "support/gate.hpp"
#include "support/pool_on_loop.hpp"

#include <procpool.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <numeric>
#include <set>
#include <string>
#include <thread>

namespace procpool::test {
namespace {

using namespace std::chrono_literals;
using boost::asio::awaitable;

int same(int x)
{
    return x;
}

void refuse(const std::string& why)
{
    throw std::domain_error(why);
}

const auto aborted = make_error_code(boost::asio::error::operation_aborted);
const auto would_deadlock = make_error_code(errc::would_deadlock);
const auto timed_out = make_error_code(errc::timed_out);

using places = std::vector<std::size_t>;

std::string message_of(const std::exception_ptr& failure)
{
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& e) {
        return e.what();
    }
}

/// A pool with a thread of its own: two tasks that stand at a gate, which is not open, and workers for more.
struct two_at_the_gate : nothing_left_behind {
    boost::asio::io_context for_gate;
    gate held{for_gate.get_executor()};
    procpool::pool pool{{.workers = 3}};
    future<pid_t> first = pool.async_submit(hold, held.path());
    future<pid_t> second = pool.async_submit(hold, held.path());
};

} // namespace

BOOST_AUTO_TEST_SUITE(pool_futures)

BOOST_FIXTURE_TEST_CASE(a_handler_that_throws_keeps_nobody_else_from_the_outcome, pool_on_loop)
{
    auto result = pool->async_submit(same, 3);
    int told = 0;
    result.async_wait([](boost::system::error_code) { throw std::domain_error("the user's"); });
    for (int i = 0; i != 2; ++i)
        result.async_wait([&](boost::system::error_code error) {
            BOOST_TEST(!error);
            if (++told == 2)
                pool.reset();
        });
    BOOST_CHECK_THROW(run(), std::domain_error);
    run();
    BOOST_TEST(told == 2);
}

BOOST_FIXTURE_TEST_CASE(a_future_says_how_its_task_ended_and_keeps_its_outcome, two_at_the_gate)
{
    auto good = pool.async_submit(same, 1);
    auto bad = pool.async_submit(refuse, "no");
    BOOST_TEST(!good.exception());
    BOOST_TEST(good.successful());
    const auto failure = bad.exception(1h);
    BOOST_TEST(message_of(failure) == "no");
    BOOST_TEST((failure != bad.exception())); // an object of its own
    BOOST_TEST(!bad.successful());
    BOOST_TEST(good.get() == 1);
    BOOST_CHECK_THROW(bad.get(), std::domain_error);
    BOOST_CHECK_THROW(first.successful(), std::logic_error);
    BOOST_TEST(code_thrown_by([&] { first.exception(1ms); }) == timed_out);
}

BOOST_FIXTURE_TEST_CASE(exception_on_the_pools_loop_would_deadlock, pool_on_loop)
{
    run([&]() -> awaitable<void> {
        auto one = pool->async_submit(same, 1);
        BOOST_TEST(code_thrown_by([&] { one.exception(); }) == would_deadlock);
        const int value = co_await std::move(one);
        BOOST_TEST(value == 1);
    });
}

BOOST_FIXTURE_TEST_CASE(of_two_callbacks_one_is_called, pool_on_loop)
{
    std::multiset<std::string> told;
    const auto tell = [&](const std::string& what) {
        return callbacks([&told, what](auto... value) { told.insert(what + " " + std::to_string((value + ... + 0))); },
                         [&told, what](const std::exception_ptr& e) { told.insert(what + " " + message_of(e)); });
    };
    run([&]() -> awaitable<void> {
        pool->async_submit(same, 7, tell("token"));
        co_await pool->async_submit(same, 0);
        pool->async_submit(same, 8)(tell("future"));
        co_await pool->async_submit(same, 0);
        const auto strand = boost::asio::make_strand(context);
        pool->async_submit(refuse, "no", boost::asio::bind_executor(strand, tell("void")));
        co_await pool->async_join(boost::asio::use_awaitable);
    });
    BOOST_TEST((told == std::multiset<std::string>{"token 7", "future 8", "void no"}));
}

BOOST_FIXTURE_TEST_CASE(wait_says_which_are_done, two_at_the_gate)
{
    std::vector<future<int>> quick;
    for (int i = 0; i != 3; ++i)
        quick.push_back(pool.async_submit(same, i));
    const auto all = wait(quick);
    BOOST_TEST(all.done == (places{0, 1, 2}), boost::test_tools::per_element());
    BOOST_TEST(all.not_done.empty());
    BOOST_TEST(quick[2].get() == 2); // nothing was taken

    const auto one = wait(std::tie(first, quick[0], second), return_when::first_completed);
    BOOST_TEST(one.done == (places{1}), boost::test_tools::per_element());
    BOOST_TEST(one.not_done == (places{0, 2}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(wait_ends_with_the_first_exception, two_at_the_gate)
{
    auto good = pool.async_submit(same, 1);
    good.exception();
    auto bad = pool.async_submit(refuse, "no");
    const auto until_bad = wait(std::tie(first, good, bad, second), return_when::first_exception);
    BOOST_TEST(until_bad.done == (places{1, 2}), boost::test_tools::per_element());
    auto other = pool.async_submit(same, 1);
    const auto none_is_bad = wait(std::tie(good, other), return_when::first_exception);
    BOOST_TEST(none_is_bad.not_done.empty());
}

BOOST_FIXTURE_TEST_CASE(wait_ends_with_its_limit_and_the_tasks_go_on, two_at_the_gate)
{
    auto quick = pool.async_submit(same, 1);
    quick.exception();
    for (int i = 0; i != 100; ++i) {
        const auto some = wait(std::tie(first, quick, second), return_when::all_completed, 1us);
        BOOST_TEST_REQUIRE(some.not_done == (places{0, 2}), boost::test_tools::per_element());
    }
    held.open(2);
    const auto all = wait(std::tie(first, quick, second), return_when::all_completed, std::chrono::nanoseconds::max());
    BOOST_TEST(all.not_done.empty());
}

BOOST_AUTO_TEST_CASE(wait_for_none_ends_at_once)
{
    std::vector<future<int>> none;
    BOOST_TEST(wait(none, return_when::first_completed).done.empty());
    BOOST_CHECK_THROW(static_cast<void>(when_any(none)), std::invalid_argument);
    none.emplace_back();
    BOOST_CHECK_THROW(wait(none), std::logic_error);
}

BOOST_FIXTURE_TEST_CASE(wait_on_the_loop_of_one_of_the_pools_would_deadlock, pool_on_loop)
{
    procpool::pool other({.workers = 1});
    run([&]() -> awaitable<void> {
        auto here = pool->async_submit(same, 1);
        auto there = other.async_submit(same, 2);
        BOOST_TEST(code_thrown_by([&] { wait(std::tie(there, here)); }) == would_deadlock);
        std::vector<future<int>> both;
        both.push_back(std::move(there)), both.push_back(std::move(here));
        BOOST_TEST(code_thrown_by([&] { as_completed(both).next(); }) == would_deadlock);
        co_await when_all(both);
        BOOST_TEST(wait(both).not_done.empty()); // does not block
        BOOST_TEST(as_completed(both).next()->index == 0u);
    });
}

BOOST_FIXTURE_TEST_CASE(many_threads_wait_for_futures_of_several_pools, nothing_left_behind)
{
    procpool::pool one({.workers = 1}), other({.workers = 1});
    std::atomic<int> sum = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t != 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i != 50; ++i) {
                auto a = one.async_submit(same, i), b = other.async_submit(same, i), c = one.async_submit(same, i);
                wait(std::tie(a, b, c));
                sum += a.get() + b.get() + c.get();
            }
        });
    for (auto& each : threads)
        each.join();
    BOOST_TEST(sum == 4 * 3 * 49 * 50 / 2);
}

BOOST_FIXTURE_TEST_CASE(when_all_waits_for_failures_too_and_takes_nothing, pool_on_loop)
{
    run([&]() -> awaitable<void> {
        auto good = pool->async_submit(same, 1);
        auto bad = pool->async_submit(refuse, "no");
        co_await when_all(std::tie(bad, good));
        BOOST_TEST(good.get() == 1);
        BOOST_CHECK_THROW(bad.get(), std::domain_error);
        std::vector<future<int>> none;
        co_await when_all(none, boost::asio::use_awaitable);
    });
}

BOOST_FIXTURE_TEST_CASE(when_any_names_the_first, pool_on_loop)
{
    gate held(context.get_executor());
    run([&]() -> awaitable<void> {
        std::vector<future<pid_t>> held_back;
        held_back.push_back(pool->async_submit(hold, held.path()));
        auto quick = pool->async_submit(same, 1);
        const auto first = co_await when_any(std::tie(held_back[0], quick));
        BOOST_TEST(first == 1u);
        held.open();
        const auto next = co_await when_any(held_back);
        BOOST_TEST(next == 0u);
        const auto ready_already = co_await when_any(held_back);
        BOOST_TEST(ready_already == 0u);
    });
}

BOOST_FIXTURE_TEST_CASE(a_wait_may_outlive_the_futures_and_the_pool, pool_on_loop)
{
    boost::system::error_code error = aborted;
    {
        auto one = pool->async_submit(same, 1), two = pool->async_submit(same, 2);
        when_all(std::tie(one, two), [&](boost::system::error_code e) { error = e; });
    }
    pool.reset();
    run();
    BOOST_TEST(!error); // the tasks have an outcome: they were cancelled
}

BOOST_FIXTURE_TEST_CASE(a_handler_is_destroyed_with_the_context_of_any_of_the_pools, pool_on_loop)
{
    auto owned = std::make_shared<int>();
    gate held(context.get_executor());
    auto here = pool->async_submit(hold, held.path());
    std::optional<procpool::pool> orphan;
    {
        boost::asio::io_context short_lived;
        orphan.emplace(short_lived, pool_options{.workers = 1});
        auto there = orphan->async_submit(same, 1);
        when_all(std::tie(here, there), [owned](boost::system::error_code) { BOOST_ERROR("called"); });
        BOOST_TEST(owned.use_count() == 2);
    }
    BOOST_TEST(owned.use_count() == 1);
    held.open();
    pool->close();
    run();
}

BOOST_FIXTURE_TEST_CASE(as_completed_gives_the_first_one_first_and_each_once, two_at_the_gate)
{
    std::vector<future<pid_t>> all;
    all.push_back(std::move(first)), all.push_back(pool.async_submit(::getpid)), all.push_back(std::move(second));
    places order;
    for (auto each : as_completed(all)) {
        order.push_back(each.index);
        BOOST_TEST((&each.where.get() == &all[each.index]));
        each.get();
        if (order.size() == 1)
            held.open(2);
    }
    BOOST_TEST(order.front() == 1u);
    BOOST_TEST(std::set(order.begin(), order.end()).size() == 3u);
}

BOOST_FIXTURE_TEST_CASE(as_completed_gives_those_that_are_there_first_and_each_once, two_at_the_gate)
{
    std::vector<future<pid_t>> all;
    all.push_back(std::move(first)), all.push_back(pool.async_submit(::getpid)), all.push_back(std::move(second));
    wait(std::span(all).subspan(1, 1));
    auto stream = as_completed(std::span(all));
    BOOST_TEST(stream.next()->index == 1u);
    BOOST_TEST(code_thrown_by([&] { stream.next(1ms); }) == timed_out);
    held.open(2);
    BOOST_TEST(stream.next().has_value());
    BOOST_TEST(stream.next().has_value());
    BOOST_TEST(!stream.next().has_value());
}

BOOST_FIXTURE_TEST_CASE(as_completed_has_a_limit_for_each_step, two_at_the_gate)
{
    std::vector<future<pid_t>> all;
    all.push_back(std::move(first)), all.push_back(std::move(second));
    auto stream = as_completed(all);
    BOOST_TEST(code_thrown_by([&] { stream.next(1ms); }) == timed_out);
    held.open(2);
    BOOST_TEST(stream.next(1h).has_value());
    BOOST_TEST(stream.next(1h).has_value());
    BOOST_TEST(!stream.next(1h).has_value());
    BOOST_TEST(!stream.next().has_value());
}

BOOST_FIXTURE_TEST_CASE(as_completed_is_awaited_too, pool_on_loop)
{
    run([&]() -> awaitable<void> {
        std::vector<future<int>> all;
        for (int i = 0; i != 100; ++i)
            all.push_back(pool->async_submit(same, i));
        int sum = 0;
        auto stream = as_completed(all);
        while (auto each = co_await stream.async_next())
            sum += each->get();
        BOOST_TEST(sum == 99 * 50);
    });
}

BOOST_FIXTURE_TEST_CASE(a_dropped_completion_stream_leaves_the_futures_alone, pool_on_loop)
{
    run([&]() -> awaitable<void> {
        std::vector<future<int>> all;
        for (int i = 0; i != 100; ++i)
            all.push_back(pool->async_submit(same, i));
        static_cast<void>(as_completed(all));
        co_await when_all(all);
        BOOST_TEST(std::accumulate(all.begin(), all.end(), 0, [](int sum, auto& f) { return sum + f.get(); }) ==
                   99 * 50);
    });
}

static_assert(std::ranges::input_range<completion_stream<int>>);

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
