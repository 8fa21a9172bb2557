// SPDX-License-Identifier: BSL-1.0
// Asio's promises, over each operation.
#include "async/operations.hpp"
#include "support/gate.hpp"
#include "support/pool_on_loop.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <memory>
#include <thread>

namespace procpool::test {
namespace {

boost::system::error_code to_code(boost::system::error_code code)
{
    return code;
}

boost::system::error_code to_code(const std::exception_ptr& failure)
{
    return code_of(failure);
}

const auto aborted = make_error_code(boost::asio::error::operation_aborted);

struct completion {
    int times = 0;
    boost::system::error_code code;

    auto handler()
    {
        return [this](auto error, auto&&...) {
            ++times;
            code = to_code(error);
        };
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(async_operations, pool_on_loop)

BOOST_AUTO_TEST_CASE(a_refused_task_completes_once_and_not_from_inside_the_initiating_function)
{
    pool->close();
    int completed = 0;
    pool->async_submit(answer, [&](const std::exception_ptr&, int) { ++completed; });
    BOOST_TEST(completed == 0);
    run();
    BOOST_TEST(completed == 1);
}

BOOST_FIXTURE_TEST_CASE_TEMPLATE(completes_once_and_not_from_inside_the_initiating_function, operation, operations,
                                 pool_on_loop)
{
    completion done;
    operation::start(*pool, done.handler());
    BOOST_TEST(done.times == 0);
    pool->close();
    run();
    BOOST_TEST(done.times == 1);
    BOOST_TEST(!done.code);
}

BOOST_FIXTURE_TEST_CASE_TEMPLATE(completes_on_the_executor_of_its_handler, operation, operations, pool_on_loop)
{
    const auto strand = boost::asio::make_strand(context);
    bool on_strand = false;
    operation::start(*pool,
                     boost::asio::bind_executor(strand, [&](auto...) { on_strand = strand.running_in_this_thread(); }));
    pool->close();
    run();
    BOOST_TEST(on_strand);
}

BOOST_FIXTURE_TEST_CASE_TEMPLATE(completes_on_another_context_and_keeps_it_busy, operation, operations, pool_on_loop)
{
    boost::asio::thread_pool other(1);
    std::thread::id where;
    operation::start(*pool, boost::asio::bind_executor(other, [&](auto...) { where = std::this_thread::get_id(); }));
    std::thread loop([this] {
        pool->close();
        run();
    });
    other.join(); // returns when it has no more work: not before the handler was called
    loop.join();
    BOOST_TEST((where != std::thread::id()));
    BOOST_TEST((where != std::this_thread::get_id()));
}

BOOST_FIXTURE_TEST_CASE_TEMPLATE(completes_on_the_executor_of_the_pool_if_the_handler_has_none, operation, operations,
                                 nothing_left_behind)
{
    boost::asio::io_context context;
    const auto strand = boost::asio::make_strand(context);
    procpool::pool p(strand, {.workers = 1});
    bool on_strand = false;
    operation::start(p, [&](auto...) { on_strand = strand.running_in_this_thread(); });
    p.close();
    context.run();
    BOOST_TEST(on_strand);
}

BOOST_FIXTURE_TEST_CASE_TEMPLATE(is_destroyed_uninvoked_with_its_context, operation, operations, nothing_left_behind)
{
    auto owned = std::make_shared<bool>(false);
    const std::weak_ptr<bool> watched = owned;
    std::optional<procpool::pool> p;
    {
        boost::asio::io_context context;
        p.emplace(context, pool_options{.workers = 1});
        operation::start(*p, [called = std::move(owned)](auto...) { *called = true; });
        context.poll_one(); // some of it has begun
    }
    BOOST_TEST(watched.expired());
}

BOOST_FIXTURE_TEST_CASE_TEMPLATE(frees_its_handler_before_it_calls_it, operation, operations, pool_on_loop)
{
    auto owned = std::make_shared<int>(0);
    long users = 0;
    operation::start(*pool, [&users, owned](auto...) { users = owned.use_count(); });
    pool->close();
    run();
    BOOST_TEST(users == 2); // the test's and that of the handler which is being called
}

BOOST_FIXTURE_TEST_CASE_TEMPLATE(copies_a_handler_that_is_not_given_away, operation, operations, pool_on_loop)
{
    int called = 0;
    auto handler = [&, mark = std::make_shared<int>()](auto...) { called += mark != nullptr; };
    operation::start(*pool, handler);
    operation::start(*pool, std::as_const(handler));
    handler(); // not moved from
    pool->close();
    run();
    BOOST_TEST(called == 3);
}

BOOST_FIXTURE_TEST_CASE_TEMPLATE(a_handler_that_throws_does_so_out_of_run, operation, operations, pool_on_loop)
{
    completion second;
    operation::start(*pool, [](auto...) { throw std::domain_error("from a handler"); });
    operation::start(*pool, second.handler());
    pool->close();
    BOOST_CHECK_THROW(context.run(), std::domain_error);
    run();
    BOOST_TEST(second.times == 1);
}

BOOST_FIXTURE_TEST_CASE_TEMPLATE(a_cancelled_wait_ends_and_leaves_the_task_alone, operation, waits, one_worker)
{
    using enum boost::asio::cancellation_type;
    for (const auto type : {terminal, partial, total, all}) {
        gate held(context.get_executor());
        pool.emplace(context, pool_options{.workers = 1});
        completion done;
        boost::asio::cancellation_signal signal;
        auto first = pool->async_submit(hold, held.path());
        operation::start(*pool, boost::asio::bind_cancellation_slot(signal.slot(), [&](auto error, auto...) {
            done.handler()(error);
            held.open();
            pool->close();
        }));
        boost::asio::co_spawn(context, held.async_next(), [&](std::exception_ptr, pid_t) { signal.emit(type); });
        run();
        BOOST_TEST(done.times == 1);
        BOOST_TEST(done.code == aborted);
        BOOST_TEST(first.ready());
        BOOST_CHECK_NO_THROW(first.get());
        signal.emit(terminal); // after the end nothing is left to cancel
        pool.reset();
        run();
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
