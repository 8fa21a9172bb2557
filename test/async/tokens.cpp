// SPDX-License-Identifier: BSL-1.0
// Each kind of outcome, over each way to get it.
#include "async/ways.hpp"
#include "support/pool_on_loop.hpp"

#include <memory>
#include <stdexcept>

namespace procpool::test {
namespace {

int add(int a, int b)
{
    return a + b;
}

int look_up(int index)
{
    throw std::out_of_range("no element " + std::to_string(index));
}

std::unique_ptr<int> wrap(std::unique_ptr<int> number)
{
    return std::make_unique<int>(*number + 1);
}

void refuse()
{
    throw std::domain_error("not here");
}

/// Runs one task in one way, to its end.
template <class Way, class R>
std::unique_ptr<ended<R>> run_to_end(pool_on_loop& loop, task<R> made)
{
    auto end = std::make_unique<ended<R>>();
    Way::start(*loop.pool, std::move(made), *end);
    BOOST_TEST(end->times == 0); // never from inside the initiating function
    while (loop.pool->stats().succeeded + loop.pool->stats().failed == 0)
        BOOST_TEST_REQUIRE(loop.context.run_one() == 1u);
    loop.pool->close();
    loop.run();
    end->after_the_loop();
    BOOST_TEST(end->times == 1);
    return end;
}

template <class Exception, class R>
void check_threw(const ended<R>& end, const std::string& what)
{
    BOOST_TEST_REQUIRE((end.failure != nullptr));
    BOOST_CHECK_EXCEPTION(std::rethrow_exception(end.failure), Exception,
                          [&](const Exception& thrown) { return thrown.what() == what; });
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(async_tokens, pool_on_loop)

BOOST_FIXTURE_TEST_CASE_TEMPLATE(a_result_arrives_once, way, ways, pool_on_loop)
{
    const auto end = run_to_end<way>(*this, task(add, 20, 22));
    BOOST_TEST(!end->failure);
    BOOST_TEST(end->value.value() == 42);
}

BOOST_FIXTURE_TEST_CASE_TEMPLATE(what_the_task_threw_is_what_is_caught, way, ways, pool_on_loop)
{
    check_threw<std::out_of_range>(*run_to_end<way>(*this, task(look_up, 7)), "no element 7");
}

BOOST_FIXTURE_TEST_CASE_TEMPLATE(a_void_task_ends, way, ways, pool_on_loop)
{
    const auto end = run_to_end<way>(*this, task(do_nothing));
    BOOST_TEST(!end->failure);
    BOOST_TEST(end->value.has_value());
}

BOOST_FIXTURE_TEST_CASE_TEMPLATE(a_void_task_throws, way, ways, pool_on_loop)
{
    check_threw<std::domain_error>(*run_to_end<way>(*this, task(refuse)), "not here");
}

BOOST_FIXTURE_TEST_CASE_TEMPLATE(argument_and_result_may_be_move_only, way, ways, pool_on_loop)
{
    const auto end = run_to_end<way>(*this, task(wrap, std::make_unique<int>(1)));
    BOOST_TEST(!end->failure);
    BOOST_TEST(**end->value == 2);
}

BOOST_AUTO_TEST_CASE(detached_runs_the_task_and_drops_its_outcome)
{
    pool->async_submit(add, 1, 2, boost::asio::detached);
    pool->async_submit(look_up, 1, boost::asio::detached);
    pool->close();
    run();
    BOOST_TEST(pool->stats().succeeded == 1u);
    BOOST_TEST(pool->stats().failed == 1u);
}

BOOST_AUTO_TEST_CASE(a_deferred_operation_that_is_not_launched_costs_nothing)
{
    {
        auto never = pool->async_submit(add, 1, 2, boost::asio::deferred);
    }
    run();
    BOOST_TEST(pool->stats().submitted == 0u);
    BOOST_TEST(pool->stats().workers == 0u);
}

BOOST_AUTO_TEST_CASE(a_deferred_operation_that_is_launched_twice_is_two_tasks)
{
    int sum = 0;
    const auto collect = [&](std::exception_ptr, int value) { sum += value; };
    const auto operation = pool->async_submit(add, 1, 2, boost::asio::deferred);
    operation(collect);
    operation(collect);
    pool->close();
    run();
    BOOST_TEST(sum == 6);
    BOOST_TEST(pool->stats().submitted == 2u);
}

BOOST_AUTO_TEST_CASE(a_deferred_operation_may_outlive_the_pool_object)
{
    auto operation = pool->async_submit(add, 1, 2, boost::asio::deferred);
    pool.reset();
    std::exception_ptr failure;
    std::move(operation)([&](std::exception_ptr thrown, int) { failure = thrown; });
    run();
    BOOST_TEST(code_of(failure) == make_error_code(errc::pool_closed));
}

BOOST_AUTO_TEST_CASE(a_lambda_that_could_be_called_with_the_callback_gets_it_only_in_a_task)
{
    // fn takes anything, so the last argument is fn's; a task object leaves no doubt.
    std::exception_ptr failure;
    std::size_t count = 0;
    const auto count_arguments = [](auto... all) { return sizeof...(all); };
    pool->async_submit(task(count_arguments, 1, 2), [&](std::exception_ptr thrown, std::size_t value) {
        failure = thrown;
        count = value;
    });
    pool->close();
    run();
    BOOST_TEST(!failure);
    BOOST_TEST(count == 2u);
}

BOOST_AUTO_TEST_CASE(each_caller_of_one_failure_has_an_exception_object_of_its_own)
{
    ended<int> first, second;
    const task<int> made(look_up, 3);
    by_callback::start(*pool, made, first);
    by_callback::start(*pool, made, second);
    pool->close();
    run();
    BOOST_TEST((first.failure != second.failure));
    check_threw<std::out_of_range>(first, "no element 3");
    check_threw<std::out_of_range>(second, "no element 3");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
