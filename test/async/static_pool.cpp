// SPDX-License-Identifier: BSL-1.0
// own executable
// Pools that are static objects: they are destroyed after main, when the program ends.
#include "support/left_behind.hpp"
#include "support/wait_for_ever.hpp"

#include <procpool/pool.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace procpool::test {
namespace {

/// Registered before the pools are made, so it runs after they are destroyed.
void check_that_no_worker_is_left()
{
    if (!has_children())
        return;
    std::fputs("static pools were destroyed and left a worker\n", stderr);
    ::_exit(1);
}

int answer()
{
    return 42;
}

} // namespace

BOOST_AUTO_TEST_SUITE(async_static_pool)

BOOST_AUTO_TEST_CASE(static_pools_end_with_the_program)
{
    BOOST_REQUIRE(std::atexit(check_that_no_worker_is_left) == 0);
    static pool own({.workers = 2});
    static boost::asio::io_context context;
    static pool on_loop(context, {.workers = 1});

    static future<void> endless = own.async_submit(wait_for_ever);
    BOOST_TEST(own.async_submit(answer).get() == 42);

    int result = 0;
    on_loop.async_submit(answer, [&](std::exception_ptr, int value) {
        result = value;
        context.stop();
    });
    context.run();
    BOOST_TEST(result == 42);
    on_loop.async_submit(wait_for_ever, [](std::exception_ptr) {});
}

BOOST_AUTO_TEST_CASE(a_static_context_may_end_before_its_pool)
{
    static std::optional<pool> late; // destroyed after the context
    static boost::asio::io_context context;
    late.emplace(context, pool_options{.workers = 1});
    int result = 0;
    late->async_submit(answer, [&](std::exception_ptr, int value) {
        result = value;
        context.stop();
    });
    context.run();
    BOOST_TEST(result == 42);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
