// SPDX-License-Identifier: BSL-1.0
// A shutdown ends by its limit, whatever the workers and the pipes are doing.
#include "support/gate.hpp"
#include "support/pool_on_loop.hpp"
#include "support/wait_for_ever.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <csignal>
#include <string>
#include <unistd.h>
#include <vector>

namespace procpool::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;
using namespace std::chrono_literals;
constexpr auto as_tuple = asio::as_tuple(use_awaitable);
const auto cut_off = make_error_code(errc::timed_out);

constexpr std::size_t more_than_a_pipe_holds = 4 * 1024 * 1024;

std::size_t size_of(const std::string& text)
{
    return text.size();
}

std::string repeat(const std::string& gate, std::size_t size)
{
    arrive(gate);
    return std::string(size, 'x');
}

void stop_oneself(const std::string& gate)
{
    arrive(gate);
    ::raise(SIGSTOP);
}

void ignore_sigterm(const std::string& gate)
{
    ::signal(SIGTERM, SIG_IGN);
    arrive(gate);
    for (;;)
        ::pause();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_shutdown, one_worker)

BOOST_AUTO_TEST_CASE(with_full_pipes_both_ways)
{
    gate there(context.get_executor());
    run([&]() -> awaitable<void> {
        auto running = pool->async_submit(repeat, there.path(), more_than_a_pipe_holds);
        co_await there.async_next();
        auto behind = pool->async_submit(size_of, std::string(more_than_a_pipe_holds, 'y')); // nobody reads it
        const auto [error] = co_await pool->async_shutdown(0ns, as_tuple);
        BOOST_TEST((error == cut_off || (running.ready() && behind.ready())));
        BOOST_TEST(!has_children());
    });
}

BOOST_AUTO_TEST_CASE(with_full_pipes_both_ways_and_time_enough_all_is_done)
{
    gate there(context.get_executor());
    run([&]() -> awaitable<void> {
        auto running = pool->async_submit(repeat, there.path(), more_than_a_pipe_holds);
        auto behind = pool->async_submit(size_of, std::string(more_than_a_pipe_holds, 'y'));
        const auto [error] = co_await pool->async_shutdown(1h, as_tuple);
        BOOST_TEST(!error);
        BOOST_TEST(running.get().size() == more_than_a_pipe_holds);
        BOOST_TEST(behind.get() == more_than_a_pipe_holds);
    });
}

BOOST_AUTO_TEST_CASE(with_a_worker_that_ignores_sigterm)
{
    gate there(context.get_executor());
    run([&]() -> awaitable<void> {
        auto deaf = pool->async_submit({.grace = 0ns, .kill_grace = 1h}, ignore_sigterm, there.path());
        co_await there.async_next();
        deaf.cancel(); // it has SIGTERM now
        const auto [error] = co_await pool->async_shutdown(1ms, as_tuple);
        BOOST_TEST(error == cut_off);
        BOOST_TEST(!has_children());
    });
}

BOOST_AUTO_TEST_CASE(with_a_stopped_worker)
{
    gate there(context.get_executor());
    run([&]() -> awaitable<void> {
        auto stopped = pool->async_submit(stop_oneself, there.path());
        co_await there.async_next();
        const auto [error] = co_await pool->async_shutdown(1ms, as_tuple);
        BOOST_TEST(error == cut_off);
        BOOST_TEST(!has_children());
    });
}

BOOST_AUTO_TEST_CASE(of_an_idle_worker_that_was_stopped)
{
    run([&]() -> awaitable<void> {
        const pid_t worker = co_await pool->async_submit([] { return ::getpid(); });
        ::kill(worker, SIGSTOP);
        const auto [error] = co_await pool->async_shutdown(1ms, as_tuple);
        BOOST_TEST(!error); // no task was cut off
        BOOST_TEST(!has_children());
    });
}

BOOST_AUTO_TEST_CASE(twice_at_once_and_once_more_afterwards)
{
    gate there(context.get_executor());
    run([&]() -> awaitable<void> {
        auto stopped = pool->async_submit(stop_oneself, there.path());
        co_await there.async_next();
        std::size_t ended = 0;
        pool->async_shutdown(1h, [&](boost::system::error_code) { ++ended; });
        const auto [error] = co_await pool->async_shutdown(1ms, as_tuple); // the last limit holds
        BOOST_TEST(error == cut_off);
        const auto [again] = co_await pool->async_shutdown(1h, as_tuple);
        BOOST_TEST(again == cut_off); // they were
        BOOST_TEST(ended == 1u);
        BOOST_TEST(!has_children());
    });
}

BOOST_AUTO_TEST_CASE(from_the_handler_of_a_task)
{
    bool ended = false;
    pool->async_submit([] { return ::getpid(); },
                       [&](const std::exception_ptr&, pid_t) {
                           pool->async_shutdown(1h, [&](boost::system::error_code error) { ended = !error; });
                       });
    run();
    BOOST_TEST(ended);
}

BOOST_AUTO_TEST_CASE(while_workers_start)
{
    pool.emplace(context, pool_options{.workers = 4, .initializer = task(wait_for_ever)});
    run([&]() -> awaitable<void> {
        std::vector<future<pid_t>> waiting;
        for (int i = 0; i != 8; ++i)
            waiting.push_back(pool->async_submit([] { return ::getpid(); }));
        co_await asio::post(use_awaitable);
        const auto [error] = co_await pool->async_shutdown(1ms, as_tuple);
        BOOST_TEST(error == cut_off);
        for (auto& each : waiting)
            BOOST_TEST((code_thrown_by([&] { each.get(); }) == asio::error::operation_aborted));
        BOOST_TEST(!has_children());
    });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
