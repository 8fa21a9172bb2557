// SPDX-License-Identifier: BSL-1.0
// Tasks that may run more than once.
#include "support/gate.hpp"
#include "support/ledger.hpp"
#include "support/pool_on_loop.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <stdexcept>

namespace procpool::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);
constexpr auto short_pause = std::chrono::milliseconds(1);

/// Dies in its first runs, and returns which run succeeded.
unsigned die_before(const std::string& ledger_file, unsigned run)
{
    note(ledger_file, 0);
    const unsigned current = ledger(ledger_file).count(0);
    if (current < run)
        std::raise(SIGKILL);
    return current;
}

unsigned throw_before(const std::string& ledger_file, unsigned run)
{
    note(ledger_file, 0);
    const unsigned current = ledger(ledger_file).count(0);
    if (current < run)
        throw std::runtime_error("run " + std::to_string(current));
    return current;
}

struct retries_fixture : pool_on_loop {
    temporary_directory folder;
    ledger runs{folder / "runs", 1};
    std::string file = (folder / "runs").string();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_retries, retries_fixture)

BOOST_AUTO_TEST_CASE(a_task_that_lost_its_worker_runs_once_unless_it_says_otherwise)
{
    run([&]() -> awaitable<void> {
        const auto [failure, run] = co_await pool->async_submit(die_before, file, 2, as_tuple);
        BOOST_CHECK_THROW(std::rethrow_exception(failure), worker_crashed);
        BOOST_TEST(runs.count(0) == 1u);
    });
}

BOOST_AUTO_TEST_CASE(with_retries_it_runs_again_until_it_has_an_outcome)
{
    run([&]() -> awaitable<void> {
        const submit_options twice{.retries = 2, .retry_pause = short_pause};
        BOOST_TEST(co_await pool->async_submit(twice, die_before, file, 3, asio::use_awaitable) == 3u);
        BOOST_TEST(pool->stats().retried == 2u);
        BOOST_TEST(pool->stats().succeeded == 1u);
    });
}

BOOST_AUTO_TEST_CASE(when_they_are_used_up_it_has_crashed)
{
    run([&]() -> awaitable<void> {
        const submit_options once{.retries = 1, .retry_pause = short_pause};
        const auto [failure, run] = co_await pool->async_submit(once, die_before, file, 9, as_tuple);
        BOOST_CHECK_THROW(std::rethrow_exception(failure), worker_crashed);
        BOOST_TEST(runs.count(0) == 2u);
    });
}

BOOST_AUTO_TEST_CASE(a_task_that_ended_too_many_workers_is_quarantined)
{
    run([&]() -> awaitable<void> {
        const submit_options stubborn{.retries = 100, .retry_pause = short_pause};
        const auto [failure, run] = co_await pool->async_submit(stubborn, die_before, file, 100, as_tuple);
        BOOST_TEST(code_of(failure) == make_error_code(errc::quarantined));
        BOOST_TEST(runs.count(0) == 3u); // pool_options::max_kills
    });
}

BOOST_AUTO_TEST_CASE(what_it_throws_ends_it_unless_it_says_otherwise)
{
    run([&]() -> awaitable<void> {
        const submit_options crashes{.retries = 5, .retry_pause = short_pause};
        const auto [failure, run] = co_await pool->async_submit(crashes, throw_before, file, 3, as_tuple);
        BOOST_CHECK_THROW(std::rethrow_exception(failure), std::runtime_error);
        const submit_options all{.retries = 5, .retry_exceptions = true, .retry_pause = short_pause};
        BOOST_TEST(co_await pool->async_submit(all, throw_before, file, 4, asio::use_awaitable) == 4u);
    });
}

BOOST_AUTO_TEST_CASE(a_task_in_its_pause_is_cancelled_at_once)
{
    run([&]() -> awaitable<void> {
        auto resting =
            pool->async_submit(submit_options{.retries = 1, .retry_pause = std::chrono::hours(1)}, die_before, file, 2);
        while (pool->stats().retried == 0)
            co_await asio::post(asio::use_awaitable);
        BOOST_TEST(!resting.running());
        resting.cancel();
        co_await resting.async_wait(asio::use_awaitable);
        BOOST_TEST(code_thrown_by([&] { resting.get(); }) == asio::error::operation_aborted);
        BOOST_TEST(runs.count(0) == 1u);
    });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
