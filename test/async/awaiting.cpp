// SPDX-License-Identifier: BSL-1.0
// own executable
// Several co_awaits in one expression. g++ resumes the awaiters of all of them after the last has completed, so each
// must keep its results until then.
#include "support/pool_on_loop.hpp"

#include <procpool/pipe.hpp>
#include <procpool/process.hpp>
#include <procpool/queue.hpp>
#include <procpool/wait.hpp>
#include <procpool/wait_ready.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>

#include <stdexcept>
#include <string>

namespace procpool::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

constexpr auto deferred = asio::deferred;
constexpr auto as_tuple = asio::as_tuple(asio::deferred);

int same(int x)
{
    return x;
}

/// Too long for a buffer inside of std::string.
std::string text_of(int x)
{
    return "the number " + std::to_string(x) + ", in words that need memory";
}

std::vector<int> up_to(int end)
{
    std::vector<int> all;
    for (int x = 0; x != end; ++x)
        all.push_back(x);
    return all;
}

void succeed() {}

void throw_number(int x)
{
    throw std::domain_error("failure " + std::to_string(x));
}

/// Overwrites the part of the stack where arguments of earlier calls were.
awaitable<int> overwrite_the_stack()
{
    volatile char noise[4096];
    for (auto& each : noise)
        each = 'x';
    co_return noise[4095] - 'x';
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(async_awaiting, pool_on_loop)

BOOST_AUTO_TEST_CASE(futures_add_up)
{
    run([&]() -> awaitable<void> {
        auto a = pool->async_submit(same, 4300), b = pool->async_submit(same, 5292);
        BOOST_TEST((co_await std::move(a) + co_await overwrite_the_stack() + co_await std::move(b)) == 9592);
        BOOST_TEST((co_await pool->async_submit(text_of, 1) + co_await pool->async_submit(text_of, 2)) ==
                   text_of(1) + text_of(2));
    });
}

BOOST_AUTO_TEST_CASE(deferred_operations_add_up)
{
    run([&]() -> awaitable<void> {
        BOOST_TEST((co_await pool->async_submit(same, 4300, deferred) + co_await overwrite_the_stack() +
                    co_await pool->async_submit(same, 5292, deferred)) == 9592);
        BOOST_TEST((co_await pool->async_submit(text_of, 1, deferred) +
                    co_await pool->async_submit(text_of, 2)(deferred)) == text_of(1) + text_of(2));
        auto numbers = pool->imap(same, up_to(2));
        BOOST_TEST(((co_await numbers.async_next()).value() + 10 * (co_await numbers.async_next()).value()) == 10);
        BOOST_TEST(((co_await pool->async_map(same, up_to(3))).size() +
                    10 * (co_await pool->async_map(same, up_to(4))).size()) == 43u);
    });
}

BOOST_AUTO_TEST_CASE(operations_without_an_exception_add_up)
{
    run([&]() -> awaitable<void> {
        auto a = pool->async_submit(same, 1), b = pool->async_submit(same, 2);
        co_await when_all(std::tie(a, b));
        BOOST_TEST((10u + co_await when_any(std::tie(a)) + co_await when_any(std::tie(b))) == 10u);
        BOOST_TEST((co_await a.async_wait(deferred), co_await overwrite_the_stack(), co_await b.async_wait(deferred),
                    a.get() + b.get()) == 3);
        process first(succeed), second(succeed);
        first.start();
        second.start();
        co_await first.async_join(deferred), co_await second.async_join(deferred);
        BOOST_TEST((!first.is_alive() && !second.is_alive()));
    });
}

BOOST_AUTO_TEST_CASE(items_of_queues_and_pipes_add_up)
{
    run([&]() -> awaitable<void> {
        const queue<std::string> words;
        BOOST_TEST((co_await words.async_put(text_of(1)), co_await words.async_put(text_of(2)), words.size()) == 2u);
        BOOST_TEST((co_await words.async_get() + co_await words.async_get()) == text_of(1) + text_of(2));
        auto [here, there] = procpool::make_pipe<int>();
        co_await here.async_send(4300), co_await here.async_send(5292);
        const std::vector<waitable> received{there};
        BOOST_TEST(((co_await async_wait_ready(received)).size() + (co_await async_wait_ready(received)).size()) == 2u);
        BOOST_TEST((co_await there.async_recv() + co_await overwrite_the_stack() + co_await there.async_recv()) ==
                   9592);
    });
}

BOOST_AUTO_TEST_CASE(void_operations_succeed_or_throw_in_one_expression)
{
    run([&]() -> awaitable<void> {
        co_await pool->async_submit(succeed), co_await overwrite_the_stack(), co_await pool->async_submit(succeed);
        std::string thrown;
        try {
            co_await pool->async_submit(throw_number, 1), co_await overwrite_the_stack(),
                co_await pool->async_submit(succeed);
        } catch (const std::domain_error& failure) {
            thrown = failure.what();
        }
        BOOST_TEST(thrown == "failure 1");
        try {
            co_await pool->async_submit(succeed, deferred), co_await pool->async_submit(throw_number, 2, deferred);
        } catch (const std::domain_error& failure) {
            thrown = failure.what();
        }
        BOOST_TEST(thrown == "failure 2");
    });
}

BOOST_AUTO_TEST_CASE(outcomes_as_tuples_add_up)
{
    run([&]() -> awaitable<void> {
        BOOST_TEST((std::get<1>(co_await pool->async_submit(same, 4300, as_tuple)) + co_await overwrite_the_stack() +
                    std::get<1>(co_await pool->async_submit(same, 5292)(as_tuple))) == 9592);
    });
}

BOOST_AUTO_TEST_CASE(a_cancelled_operation_throws_in_one_expression)
{
    run([&]() -> awaitable<void> {
        const queue<int> empty;
        auto given_up = pool->async_submit(same, 1);
        given_up.cancel();
        boost::system::error_code code;
        try {
            const int sum = co_await std::move(given_up) + co_await pool->async_submit(same, 2);
            BOOST_TEST((sum == 3)); // it was too late
        } catch (const boost::system::system_error& failure) {
            code = failure.code();
            BOOST_TEST(code == make_error_code(asio::error::operation_aborted));
        }
    });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
