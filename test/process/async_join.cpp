// SPDX-License-Identifier: BSL-1.0
// A process and event loops.
#include "support/left_behind.hpp"
#include "support/processes.hpp"
#include "support/wait_for_ever.hpp"

#include <procpool/process.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>

namespace procpool::test {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

struct running_process : nothing_left_behind {
    running_process() { process.start(); }

    procpool::process process{process_options{.daemon = true}, wait_for_ever};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(process_async_join, running_process)

BOOST_AUTO_TEST_CASE(it_completes_when_the_process_has_ended_and_not_from_inside)
{
    asio::io_context loop;
    std::optional<error_code> outcome;
    process.async_join(asio::bind_executor(loop, [&](error_code error) { outcome = error; }));
    loop.poll();
    BOOST_TEST(!outcome);
    process.kill();
    loop.run();
    BOOST_TEST(outcome.value() == error_code());
    BOOST_TEST(process.exit_code().value() == -SIGKILL);
    outcome.reset();
    process.async_join(loop.get_executor(), [&](error_code error) { outcome = error; });
    BOOST_TEST(!outcome);
    loop.restart();
    loop.run();
    BOOST_TEST(outcome.value() == error_code());
}

BOOST_AUTO_TEST_CASE(coroutines_and_futures_can_wait_for_it)
{
    asio::io_context loop;
    bool joined = false;
    asio::co_spawn(
        loop,
        [&]() -> asio::awaitable<void> {
            co_await process.async_join(asio::use_awaitable);
            co_await process.async_join(asio::deferred);
            joined = true;
        },
        [](std::exception_ptr) {});
    auto ended = process.async_join(asio::bind_executor(loop, asio::use_future));
    process.terminate();
    loop.run();
    ended.get();
    BOOST_TEST(joined);
}

BOOST_AUTO_TEST_CASE(the_handler_runs_on_its_own_executor)
{
    asio::io_context watching;
    asio::io_context handling;
    auto strand = asio::make_strand(handling);
    bool on_strand = false;
    process.async_join(watching.get_executor(),
                       asio::bind_executor(strand, [&](error_code) { on_strand = strand.running_in_this_thread(); }));
    process.kill();
    BOOST_TEST(eventually([&] {
        watching.poll();
        handling.poll();
        return on_strand;
    }));
}

BOOST_AUTO_TEST_CASE(a_cancelled_wait_ends_and_the_process_runs_on)
{
    using enum asio::cancellation_type;
    for (const auto kind : {terminal, partial, total}) {
        asio::io_context loop;
        asio::cancellation_signal signal;
        error_code outcome;
        const auto note = [&](error_code error) { outcome = error; };
        process.async_join(loop.get_executor(), asio::bind_cancellation_slot(signal.slot(), note));
        loop.poll();
        signal.emit(kind);
        loop.run();
        BOOST_TEST(outcome == asio::error::operation_aborted);
        BOOST_TEST(process.is_alive());
    }
}

BOOST_AUTO_TEST_CASE(the_object_may_go_before_the_process_has_ended)
{
    asio::io_context loop;
    std::optional<error_code> outcome;
    {
        procpool::process other([] {});
        other.start();
        other.async_join(loop.get_executor(), [&](error_code error) { outcome = error; });
    }
    loop.run();
    BOOST_TEST(outcome.value() == error_code());
}

BOOST_AUTO_TEST_CASE(the_context_may_go_before_the_process_has_ended)
{
    const auto kept = std::make_shared<int>();
    {
        asio::io_context loop;
        process.async_join(loop.get_executor(), [kept](error_code) {});
        loop.poll();
    }
    BOOST_TEST(kept.use_count() == 1);
    BOOST_TEST(process.is_alive());
}

BOOST_AUTO_TEST_CASE(many_may_wait_for_it_on_several_threads)
{
    asio::thread_pool threads(3);
    std::atomic<int> joined = 0;
    for (int i = 0; i != 20; ++i)
        process.async_join(threads.get_executor(), [&](error_code error) { joined += !error; });
    process.kill();
    threads.join();
    BOOST_TEST(joined == 20);
}

BOOST_AUTO_TEST_CASE(several_processes_on_one_loop_are_joined_as_they_end)
{
    asio::io_context loop;
    std::vector<std::string> ended;
    procpool::process second({.name = "second"}, [] {});
    second.start();
    for (auto* each : {&process, &second})
        each->async_join(loop.get_executor(), [&ended, each, this](error_code) {
            ended.push_back(each->name());
            if (each != &process)
                process.terminate();
        });
    loop.run();
    BOOST_TEST(ended == (std::vector<std::string>{"second", process.name()}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
