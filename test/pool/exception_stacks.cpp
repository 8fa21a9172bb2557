// SPDX-License-Identifier: BSL-1.0
// own executable
// worker_options::exception_stacks: where an exception was thrown.
#include "support/left_behind.hpp"

#include <procpool.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <ranges>
#include <stdexcept>

namespace procpool::test {
namespace {

[[gnu::noinline]] int parse_number(int x)
{
    if (x % 2 != 0)
        throw std::domain_error("odd");
    return x;
}

[[gnu::noinline]] int parse_line(int x)
{
    const int result = parse_number(x) + 1;
    asm volatile("" : : "r"(result)); // not a tail call
    return result;
}

void throw_from_the_library()
{
    std::vector<int>().at(3);
}

void throw_int()
{
    throw 42;
}

bool mentions(const std::vector<stack_frame>& stack, std::string_view function)
{
    return std::ranges::any_of(stack,
                               [&](const auto& frame) { return frame.function.find(function) != std::string::npos; });
}

template <class R>
std::vector<stack_frame> stack_of_failed(future<R>&& task)
{
    return stack_of(task.exception());
}

struct with_stacks : nothing_left_behind {
    procpool::pool pool{{.workers = 1, .worker = {.exception_stacks = true}}};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_exception_stacks, with_stacks)

BOOST_AUTO_TEST_CASE(an_exception_brings_the_stack_of_its_throw_along)
{
    try {
        pool.async_submit(parse_line, 1).get();
    } catch (const std::domain_error& thrown) {
        const auto named = symbolized(stack_of(thrown));
        BOOST_TEST_REQUIRE(!named.empty());
        BOOST_TEST(mentions({named.front()}, "parse_number"));
        BOOST_TEST(mentions(named, "parse_line"));
        BOOST_TEST(to_string(named).find("parse_number") != std::string::npos);
        BOOST_TEST(!mentions(named, "call_noting_throw"));
    }
}

BOOST_AUTO_TEST_CASE(each_way_to_fail_has_a_stack)
{
    BOOST_TEST(
        mentions(symbolized(stack_of_failed(pool.async_submit(throw_from_the_library))), "throw_from_the_library"));
    BOOST_TEST(!stack_of_failed(pool.async_submit(throw_int)).empty()); // a task_error
    auto stream = pool.imap({.chunk_size = 3}, parse_line, std::views::iota(0, 3));
    BOOST_TEST(stream.next().value() == 1);
    try {
        stream.next();
    } catch (const std::domain_error& thrown) {
        BOOST_TEST(mentions(symbolized(stack_of(thrown)), "parse_number"));
    }
    BOOST_TEST(stream.next().value() == 3);
}

BOOST_AUTO_TEST_CASE(a_confined_worker_and_a_forked_one_have_stacks_too)
{
    procpool::pool confined(
        {.workers = 1, .worker = {.sandbox = {.syscalls = syscall_profile::compute}, .exception_stacks = true}});
    BOOST_TEST(mentions(symbolized(stack_of_failed(confined.async_submit(parse_line, 1))), "parse_number"));
    procpool::pool forked({.workers = 1, .start = start_method::forkserver, .worker = {.exception_stacks = true}});
    BOOST_TEST(mentions(symbolized(stack_of_failed(forked.async_submit(parse_line, 1))), "parse_number"));
}

BOOST_AUTO_TEST_CASE(without_the_option_and_for_the_pools_own_errors_there_is_none)
{
    procpool::pool usual({.workers = 1});
    BOOST_TEST(stack_of_failed(usual.async_submit(parse_line, 1)).empty());
    pool.close();
    BOOST_TEST(stack_of_failed(pool.async_submit(parse_line, 1)).empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
