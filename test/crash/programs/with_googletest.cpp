// SPDX-License-Identifier: BSL-1.0
// A test program of GoogleTest that makes pools: its own main calls run_if_worker() before anything else.
#include <procpool.hpp>

#include <gtest/gtest.h>

namespace {

int twice(int value)
{
    return 2 * value;
}

} // namespace

TEST(pool, runs_functions_of_a_test_program)
{
    procpool::pool pool({.workers = 2});
    EXPECT_EQ(pool.async_submit(twice, 21).get(), 42);
}

TEST(pool, is_made_anew_by_each_test)
{
    procpool::pool pool({.workers = 1});
    EXPECT_THROW(pool.async_submit([] { std::abort(); }).get(), procpool::worker_crashed);
}

int main(int argc, char* argv[])
{
    procpool::run_if_worker();
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
