// SPDX-License-Identifier: BSL-1.0
// own executable
// procpool::pipe between this process and its workers.
#include "support/gate.hpp"
#include "support/pool_on_loop.hpp"

#include <procpool.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace procpool::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using namespace std::chrono_literals;

const auto connection_closed = make_error_code(errc::connection_closed);

// Until the other end is closed.
int answer_doubled(pipe<std::string> end)
{
    for (int count = 0;; ++count) {
        try {
            const auto text = end.recv();
            end.send(text + text);
        } catch (const boost::system::system_error&) {
            return count;
        }
    }
}

// Sends an item and, of the next one, the size and a part.
void die_in_the_middle(pipe<std::string> end)
{
    end.send("whole");
    const std::uint64_t size = 1000;
    std::byte torn[500]{};
    std::memcpy(torn, &size, sizeof(size));
    BOOST_TEST(::write(end.native_handle(), torn, sizeof(torn)) == static_cast<ssize_t>(sizeof(torn)));
    std::raise(SIGKILL);
}

/// How many handlers an io_context calls until an item that is there already was received.
int turns_for_an_item_of(std::size_t size)
{
    asio::io_context context;
    const auto [here, there] = make_pipe<std::string>();
    there.send(std::string(size, 'x'));
    bool is_done = false;
    here.async_recv(asio::bind_executor(context, [&](const std::exception_ptr& failure, const std::string& item) {
        is_done = !failure && item.size() == size;
    }));
    int turns = 0;
    while (context.run_one() != 0)
        ++turns;
    BOOST_TEST(is_done);
    return turns;
}

void send_number(pipe<int> end, int number)
{
    end.send(number);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_shared_pipe, pool_on_loop)

BOOST_AUTO_TEST_CASE(what_is_sent_at_one_end_is_received_at_the_other_both_ways)
{
    auto [here, there] = make_pipe<std::string>();
    procpool::pool own({.workers = 1}); // its loop runs while this thread blocks
    pool.reset();
    auto answering = own.async_submit(answer_doubled, there);
    there.close();
    for (const std::size_t size : {0UL, 1UL, 56UL, 65'536UL, 10'000'000UL}) {
        const std::string text(size, 'x');
        here.send(text);
        BOOST_TEST((here.recv() == text + text));
    }
    here.close();
    BOOST_TEST(answering.get() == 5);
}

BOOST_AUTO_TEST_CASE(coroutines_send_and_receive_without_blocking_their_loop)
{
    auto [here, there] = make_pipe<std::string>();
    run([&, &here = here, &there = there]() -> awaitable<void> {
        auto answering = pool->async_submit(answer_doubled, there);
        there.close();
        for (const std::size_t size : {10UL, 3'000'000UL, 1UL}) {
            const std::string text(size, 'x');
            co_await here.async_send(text);
            BOOST_TEST((co_await here.async_recv() == text + text));
        }
        here.close();
        BOOST_TEST(co_await std::move(answering) == 3);
    });
}

BOOST_AUTO_TEST_CASE(asynchronous_sends_and_receives_keep_the_order_of_the_calls)
{
    auto [here, there] = make_pipe<std::vector<int>>();
    std::vector<int> order;
    for (int i = 0; i != 20; ++i)
        there.async_recv(asio::bind_executor(
            context, [&](std::exception_ptr, const std::vector<int>& item) { order.push_back(item.at(0)); }));
    context.poll(); // all of them wait
    for (int i = 0; i != 20; ++i)
        here.async_send(std::vector<int>(20'000, i), asio::bind_executor(context, asio::detached));
    pool.reset();
    run();
    BOOST_TEST(order.size() == 20u);
    BOOST_TEST(std::ranges::is_sorted(order));
}

BOOST_AUTO_TEST_CASE(it_works_where_most_system_calls_are_forbidden)
{
    auto [here, there] = make_pipe<std::string>();
    pool.emplace(context, pool_options{.worker = {.sandbox = {.syscalls = syscall_profile::compute,
                                                              .optional = {sandbox_feature::syscalls}}}});
    run([&, &here = here, &there = there]() -> awaitable<void> {
        auto answering = pool->async_submit(answer_doubled, there);
        co_await here.async_send("text", asio::use_awaitable);
        BOOST_TEST(co_await here.async_recv(asio::use_awaitable) == "texttext");
        here.close();
        BOOST_TEST(co_await std::move(answering) == 1);
    });
}

BOOST_AUTO_TEST_CASE(a_poll_of_its_descriptor_says_the_same)
{
    auto [here, there] = make_pipe<int>();
    pollfd watched{here.native_handle(), POLLIN, 0};
    BOOST_TEST(::poll(&watched, 1, 0) == 0);
    there.send(1);
    BOOST_TEST(::poll(&watched, 1, 0) == 1);
}

BOOST_AUTO_TEST_CASE(poll_says_whether_something_has_come)
{
    auto [here, there] = make_pipe<int>();
    BOOST_TEST(!here.poll());
    BOOST_TEST(!here.poll(5ms));
    there.send(1);
    BOOST_TEST(here.poll());
    BOOST_TEST(here.poll(1min));
    BOOST_TEST(here.recv() == 1);
    BOOST_TEST(!here.poll());
    there.close();
    BOOST_TEST(here.poll());
}

BOOST_AUTO_TEST_CASE(the_end_of_the_other_side_is_an_error_after_what_was_sent_before)
{
    auto [here, there] = make_pipe<int>();
    there.send(1);
    there.send(2);
    there.close();
    BOOST_TEST(code_thrown_by([&, &there = there] { there.send(3); }) == connection_closed);
    BOOST_TEST(here.recv() == 1);
    BOOST_TEST(here.recv() == 2);
    BOOST_TEST(code_thrown_by([&, &here = here] { here.recv(); }) == connection_closed);
    BOOST_TEST(code_thrown_by([&, &here = here] { here.send(1); }) == connection_closed);
    BOOST_TEST(code_thrown_by([] { pipe<int>().recv(); }) == connection_closed);
}

BOOST_AUTO_TEST_CASE(who_dies_in_the_middle_of_an_item_leaves_an_error_and_no_garbage)
{
    auto [here, there] = make_pipe<std::string>();
    run([&, &here = here, &there = there]() -> awaitable<void> {
        auto dying = pool->async_submit(die_in_the_middle, there);
        there.close();
        BOOST_TEST(co_await here.async_recv(asio::use_awaitable) == "whole");
        try {
            co_await here.async_recv(asio::use_awaitable);
            BOOST_ERROR("something was received");
        } catch (const boost::system::system_error& error) {
            BOOST_TEST(error.code() == connection_closed);
            BOOST_TEST(std::string(error.what()).find("in the middle of an item") != std::string::npos);
        }
        BOOST_CHECK_THROW(co_await std::move(dying), worker_crashed);
    });
}

BOOST_AUTO_TEST_CASE(an_item_that_is_too_large_is_an_error_until_the_limit_is_raised)
{
    const auto [here, there] = make_pipe<std::string>();
    here.set_max_item_bytes(1000);
    there.send(std::string(500, 'x'));
    there.send(std::string(2000, 'x'));
    BOOST_TEST(here.recv().size() == 500u);
    for (int times = 0; times != 2; ++times)
        BOOST_TEST_REQUIRE(code_thrown_by([end = here] { end.recv(); }) == make_error_code(errc::not_serializable));
    here.set_max_item_bytes(3000);
    BOOST_TEST(here.recv().size() == 2000u);
    BOOST_TEST(code_thrown_by([] { pipe<int>().set_max_item_bytes(1); }) == connection_closed);
}

BOOST_AUTO_TEST_CASE(other_handlers_have_their_turn_while_a_large_item_is_received)
{
    BOOST_TEST(turns_for_an_item_of(150'000) > turns_for_an_item_of(10));
}

BOOST_AUTO_TEST_CASE(a_cancelled_receive_loses_nothing)
{
    auto [here, there] = make_pipe<int>();
    asio::cancellation_signal stop;
    std::exception_ptr failure;
    here.async_recv(asio::bind_cancellation_slot(
        stop.slot(), asio::bind_executor(context, [&](std::exception_ptr thrown, int) { failure = thrown; })));
    asio::post(context, [&, &there = there] {
        stop.emit(asio::cancellation_type::terminal);
        there.send(5);
    });
    pool.reset();
    run();
    BOOST_TEST(code_of(failure) == make_error_code(asio::error::operation_aborted));
    BOOST_TEST(here.recv() == 5);
}

BOOST_AUTO_TEST_CASE(the_first_of_several_pipes_that_has_something_is_waited_for)
{
    using namespace asio::experimental::awaitable_operators;
    auto [one, to_one] = make_pipe<int>();
    auto [other, to_other] = make_pipe<int>();
    run([&, &one = one, &other = other, &to_one = to_one, &to_other = to_other]() -> awaitable<void> {
        co_await pool->async_submit(send_number, to_other, 7);
        const auto first = co_await (one.async_recv(asio::use_awaitable) || other.async_recv(asio::use_awaitable));
        BOOST_TEST(first.index() == 1u);
        BOOST_TEST(std::get<1>(first) == 7);
        to_one.send(8);
        BOOST_TEST(one.recv() == 8);
    });
}

// The worker has it already, and learns that it is not to run that task.
BOOST_AUTO_TEST_CASE(an_end_that_went_with_a_task_that_was_taken_back_is_closed_there)
{
    gate held(context.get_executor());
    auto [here, there] = make_pipe<int>();
    pool.emplace(context, pool_options{.workers = 1});
    run([&, &here = here, &there = there]() -> awaitable<void> {
        for (int i = 0; i != 200; ++i) // short ones, so that many are sent ahead
            co_await pool->async_submit([] {});
        auto holding = pool->async_submit(hold, held.path());
        co_await held.async_next();
        auto cancelled = pool->async_submit(send_number, there, 1);
        there.close();
        co_await asio::post(context, asio::use_awaitable);
        cancelled.cancel();
        co_await cancelled.async_wait(asio::use_awaitable);
        auto next = pool->async_submit([] {});
        held.open();
        co_await std::move(holding);
        co_await std::move(next);
        BOOST_TEST(here.poll());
    });
}

BOOST_AUTO_TEST_CASE(who_sends_when_the_end_is_closed_sends_all_of_it)
{
    auto [here, there] = make_pipe<std::string>();
    const std::string text(10'000'000, 'x');
    std::thread sender([&, &here = here] { here.send(text); });
    there.poll(1min);
    here.close();
    BOOST_TEST((there.recv() == text));
    sender.join();
    BOOST_TEST(code_thrown_by([&, &there = there] { there.recv(); }) == connection_closed);
}

BOOST_AUTO_TEST_CASE(who_receives_when_the_end_is_closed_receives_and_keeps_it_open_until_then)
{
    auto [here, there] = make_pipe<int>();
    int received = 0;
    here.async_recv(asio::bind_executor(context, [&](const std::exception_ptr&, int item) { received = item; }));
    context.poll_one(); // it waits
    here.close();
    BOOST_TEST(!there.poll());
    there.send(5);
    pool.reset();
    run();
    BOOST_TEST(received == 5);
    BOOST_TEST(code_thrown_by([&, &there = there] { there.recv(); }) == connection_closed);
}

BOOST_AUTO_TEST_CASE(several_threads_may_send_and_receive)
{
    auto [here, there] = make_pipe<std::vector<int>>();
    std::vector<std::thread> senders;
    for (int i = 0; i != 4; ++i)
        senders.emplace_back([&there = there, i] {
            for (int n = 0; n != 100; ++n)
                there.send(std::vector<int>(20'000, i));
        });
    int sum = 0;
    for (int n = 0; n != 400; ++n) {
        const auto got = here.recv();
        BOOST_TEST_REQUIRE(got == std::vector<int>(20'000, got[0]));
        sum += got[0];
    }
    BOOST_TEST(sum == 600);
    for (auto& each : senders)
        each.join();
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
