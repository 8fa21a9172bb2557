// SPDX-License-Identifier: BSL-1.0
// Cancelling tasks: what becomes of the caller, of the task, of its worker, and of everybody else.
#include "async/ways.hpp"
#include "support/gate.hpp"
#include "support/pool_on_loop.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/multiple_exceptions.hpp>

#include <unistd.h>

namespace procpool::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::cancellation_type;
using asio::use_awaitable;

const auto aborted = make_error_code(asio::error::operation_aborted);

pid_t own_pid()
{
    return ::getpid();
}

/// A submission that can be cancelled by type.
struct cancellable {
    asio::cancellation_signal signal;
    ended<pid_t> end;
    asio::steady_timer settled;

    explicit cancellable(asio::io_context& context) : settled(context, asio::steady_timer::time_point::max()) {}

    void submit(pool& p, const std::string& gate)
    {
        p.async_submit(hold, gate,
                       asio::bind_cancellation_slot(signal.slot(), [this](std::exception_ptr thrown, pid_t pid) {
                           end(std::move(thrown), pid);
                           settled.cancel();
                       }));
    }
    void submit_as_future(pool& p, const std::string& gate)
    {
        p.async_submit(hold,
                       gate)(asio::bind_cancellation_slot(signal.slot(), [this](std::exception_ptr thrown, pid_t pid) {
            end(std::move(thrown), pid);
            settled.cancel();
        }));
    }
    awaitable<void> settle()
    {
        if (end.times == 0)
            co_await settled.async_wait(asio::as_tuple(use_awaitable));
        BOOST_TEST(end.times == 1);
    }
};

constexpr cancellation_type each_type[] = {cancellation_type::terminal, cancellation_type::partial,
                                           cancellation_type::total, cancellation_type::all};

} // namespace

BOOST_FIXTURE_TEST_SUITE(async_cancellation, pool_on_loop)

BOOST_FIXTURE_TEST_CASE(a_waiting_task_that_is_cancelled_never_runs, one_worker)
{
    for (const auto type : each_type) {
        gate held(context.get_executor()), forbidden(context.get_executor());
        pool.emplace(context, pool_options{.workers = 1});
        run([&]() -> awaitable<void> {
            auto first = pool->async_submit(hold, held.path());
            cancellable second(context), third(context);
            second.submit(*pool, forbidden.path());
            third.submit_as_future(*pool, forbidden.path());
            const pid_t worker = co_await held.async_next();
            second.signal.emit(type);
            third.signal.emit(type);
            co_await second.settle();
            co_await third.settle();
            BOOST_TEST(code_of(second.end.failure) == aborted);
            BOOST_TEST(code_of(third.end.failure) == aborted);
            held.open();
            BOOST_TEST(co_await std::move(first) == worker); // its worker was left alone
            forbidden.open(2);
            BOOST_TEST(co_await pool->async_submit(own_pid) == worker);
            BOOST_TEST(pool->stats().submitted == 4u);
            BOOST_TEST(pool->stats().cancelled == 2u);
        });
    }
}

BOOST_AUTO_TEST_CASE(a_running_task_that_is_cancelled_frees_its_caller_and_costs_its_worker)
{
    for (const auto type : {cancellation_type::terminal, cancellation_type::partial, cancellation_type::all}) {
        gate held(context.get_executor()), bystander(context.get_executor());
        pool.emplace(context, pool_options{.workers = 2});
        run([&]() -> awaitable<void> {
            auto innocent = pool->async_submit(hold, bystander.path());
            const pid_t other_worker = co_await bystander.async_next();
            cancellable task(context);
            task.submit(*pool, held.path());
            const pid_t worker = co_await held.async_next();
            task.signal.emit(type);
            co_await task.settle();
            BOOST_TEST(code_of(task.end.failure) == aborted);
            const pid_t replacement = co_await pool->async_submit(own_pid);
            BOOST_TEST(replacement != worker);
            BOOST_TEST(replacement != other_worker);
            bystander.open();
            BOOST_TEST(co_await std::move(innocent) == other_worker);
            BOOST_TEST(pool->stats().killed_workers == 1u);
            BOOST_TEST(pool->stats().crashed_workers == 0u);
        });
    }
}

BOOST_FIXTURE_TEST_CASE(total_cancellation_leaves_a_running_task_alone, one_worker)
{
    gate held(context.get_executor());
    run([&]() -> awaitable<void> {
        cancellable task(context);
        task.submit(*pool, held.path());
        const pid_t worker = co_await held.async_next();
        task.signal.emit(cancellation_type::total);
        held.open();
        co_await task.settle();
        BOOST_TEST(!task.end.failure);
        BOOST_TEST(task.end.value.value() == worker);
    });
}

BOOST_AUTO_TEST_CASE(cancelling_a_finished_task_does_nothing)
{
    run([&]() -> awaitable<void> {
        auto result = pool->async_submit(own_pid);
        co_await result.async_wait(use_awaitable);
        result.cancel();
        BOOST_TEST(result.get() == co_await pool->async_submit(own_pid));
    });
}

BOOST_FIXTURE_TEST_CASE(a_future_can_be_cancelled_while_it_waits_and_while_it_runs, one_worker)
{
    gate held(context.get_executor());
    run([&]() -> awaitable<void> {
        auto running = pool->async_submit(hold, held.path());
        auto waiting = pool->async_submit(hold, held.path());
        co_await held.async_next();
        BOOST_TEST(running.running());
        waiting.cancel();
        co_await waiting.async_wait(use_awaitable);
        BOOST_TEST(code_thrown_by([&] { waiting.get(); }) == aborted);
        running.cancel();
        co_await running.async_wait(use_awaitable);
        BOOST_TEST(!running.running());
        BOOST_TEST(code_thrown_by([&] { running.get(); }) == aborted);
        co_await pool->async_submit(own_pid); // the pool has healed
    });
}

BOOST_FIXTURE_TEST_CASE(the_loser_of_or_is_cancelled, one_worker)
{
    using namespace asio::experimental::awaitable_operators;
    gate held(context.get_executor());
    run([&]() -> awaitable<void> {
        const auto first = co_await (pool->async_submit(hold, held.path(), use_awaitable) || held.async_next());
        BOOST_TEST(first.index() == 1u);
        co_await pool->async_submit(own_pid);
        BOOST_TEST(pool->stats().killed_workers == 1u);
        BOOST_TEST(pool->stats().cancelled == 1u);
    });
}

BOOST_AUTO_TEST_CASE(a_failure_in_and_cancels_the_others)
{
    using namespace asio::experimental::awaitable_operators;
    gate held(context.get_executor());
    run([&]() -> awaitable<void> {
        const auto both = [&]() -> awaitable<void> {
            co_await (pool->async_submit([] { throw std::domain_error("no"); }, use_awaitable) &&
                      pool->async_submit(hold, held.path(), use_awaitable));
        };
        std::exception_ptr first;
        try {
            co_await both();
        } catch (const asio::multiple_exceptions& thrown) { // the other one's is operation_aborted
            first = thrown.first_exception();
        }
        BOOST_CHECK_THROW(std::rethrow_exception(first), std::domain_error);
        co_await pool->async_submit(own_pid);
        BOOST_TEST(pool->stats().cancelled == 1u);
    });
}

BOOST_AUTO_TEST_CASE(dropping_a_future_lets_its_task_run_on)
{
    gate held(context.get_executor());
    run([&]() -> awaitable<void> {
        static_cast<void>(pool->async_submit(hold, held.path()));
        co_await held.async_next();
        held.open();
        pool->close();
        co_await pool->async_join(use_awaitable);
        BOOST_TEST(pool->stats().succeeded == 1u);
    });
}

BOOST_AUTO_TEST_CASE(cancelling_many_tasks_in_every_state_completes_each_once)
{
    constexpr int count = 300;
    std::vector<std::unique_ptr<cancellable>> all;
    gate held(context.get_executor());
    for (int i = 0; i != count; ++i)
        all.push_back(std::make_unique<cancellable>(context));
    run([&]() -> awaitable<void> {
        for (const auto& each : all)
            each->submit(*pool, held.path());
        held.open(count / 2);
        for (int i = 0; i != count / 4; ++i)
            co_await held.async_next();
        for (const auto& each : all)
            each->signal.emit(cancellation_type::terminal);
        for (const auto& each : all)
            co_await each->settle();
        co_await pool->async_submit(own_pid);
        const auto counts = pool->stats();
        BOOST_TEST(counts.succeeded + counts.failed + counts.cancelled == counts.submitted);
        BOOST_TEST(counts.failed == 0u);
    });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
