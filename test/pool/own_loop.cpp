// SPDX-License-Identifier: BSL-1.0
// Threads that wait for futures of a pool without a host's loop: they run its loop themselves, and nobody notices.
#include "support/gate.hpp"
#include "support/left_behind.hpp"
#include "support/wait_for_ever.hpp"

#include <procpool.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <ctime>
#include <future>
#include <pthread.h>
#include <set>
#include <thread>
#include <unistd.h>
#include <vector>

namespace procpool::test {
namespace {

using namespace std::chrono_literals;

int twice(int value)
{
    return 2 * value;
}

void kill_worker(pid_t worker)
{
    ::kill(worker, SIGKILL);
}

std::chrono::nanoseconds processor_time_of(std::thread& running)
{
    clockid_t clock{};
    ::pthread_getcpuclockid(running.native_handle(), &clock);
    timespec used{};
    ::clock_gettime(clock, &used);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

struct own_loop_fixture : nothing_left_behind {
    procpool::pool pool{{.workers = 2}};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_own_loop, own_loop_fixture)

BOOST_AUTO_TEST_CASE(one_call_after_another_gets_its_own_result)
{
    for (int i = 0; i != 2000; ++i)
        BOOST_TEST_REQUIRE(pool.async_submit(twice, i).get() == 2 * i);
}

BOOST_AUTO_TEST_CASE(handlers_run_on_the_pools_thread_also_while_others_wait)
{
    std::set<std::thread::id> seen;
    std::promise<void> all_called;
    int left = 200;
    for (int i = 0; i != 200; ++i) {
        pool.async_submit(twice, i, [&](const std::exception_ptr&, int) {
            seen.insert(std::this_thread::get_id());
            if (--left == 0)
                all_called.set_value();
        });
        BOOST_TEST_REQUIRE(pool.async_submit(twice, i).get() == 2 * i);
    }
    all_called.get_future().get();
    BOOST_TEST(seen.size() == 1u);
    BOOST_TEST(!seen.contains(std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(a_handler_that_is_added_while_a_thread_waits_runs_on_the_pools_thread)
{
    auto endless = pool.async_submit(wait_for_ever);
    std::thread waits([&] { BOOST_CHECK_THROW(endless.get(), boost::system::system_error); });
    while (!endless.running())
        std::this_thread::yield();
    std::promise<std::thread::id> called;
    pool.async_submit(twice, 1, [&](const std::exception_ptr&, int) { called.set_value(std::this_thread::get_id()); });
    const auto where = called.get_future().get();
    BOOST_TEST((where != waits.get_id()));
    BOOST_TEST((where != std::this_thread::get_id()));
    pool.terminate();
    waits.join();
}

BOOST_AUTO_TEST_CASE(many_threads_may_wait_at_the_same_time)
{
    std::vector<std::thread> threads;
    std::atomic<int> right = 0;
    for (int t = 0; t != 8; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i != 200; ++i)
                right += pool.async_submit(twice, t + i).get() == 2 * (t + i);
        });
    for (auto& each : threads)
        each.join();
    BOOST_TEST(right == 8 * 200);
}

BOOST_AUTO_TEST_CASE(what_was_submitted_before_goes_on_when_the_waiting_thread_has_its_own)
{
    std::vector<procpool::future<int>> others;
    for (int i = 0; i != 1000; ++i)
        others.push_back(pool.async_submit(twice, i));
    BOOST_TEST(pool.async_submit({.priority = 1}, twice, 21).get() == 42);
    for (auto& each : others)
        while (!each.ready())
            std::this_thread::yield();
    BOOST_TEST(others.back().get() == 2 * 999);
}

BOOST_AUTO_TEST_CASE(a_wait_with_a_limit_ends_and_the_task_goes_on)
{
    auto endless = pool.async_submit(wait_for_ever);
    BOOST_CHECK_EXCEPTION(endless.get(1ms), boost::system::system_error,
                          [](const auto& error) { return error.code() == errc::timed_out; });
    BOOST_TEST(pool.async_submit(twice, 1).get() == 2);
    BOOST_TEST(!endless.ready());
}

BOOST_AUTO_TEST_CASE(another_thread_that_gives_the_task_up_frees_the_one_that_waits)
{
    auto endless = pool.async_submit(wait_for_ever);
    std::thread waits([&] { BOOST_CHECK_THROW(endless.get(), boost::system::system_error); });
    while (!endless.running())
        std::this_thread::yield();
    pool.terminate();
    waits.join();
}

BOOST_AUTO_TEST_CASE(threads_that_wait_for_the_same_task_sleep)
{
    auto endless = pool.async_submit(wait_for_ever);
    const auto wait_for_failure = [&] { static_cast<void>(endless.exception()); };
    std::thread first(wait_for_failure);
    std::thread second(wait_for_failure);
    std::this_thread::sleep_for(50ms); // else there would be little to see
    BOOST_TEST((processor_time_of(first) < 20ms));
    BOOST_TEST((processor_time_of(second) < 20ms));
    pool.terminate();
    first.join();
    second.join();
}

BOOST_AUTO_TEST_CASE(a_worker_that_dies_while_nobody_waits_is_replaced)
{
    const pid_t first = pool.async_submit(::getpid).get();
    kill_worker(first);
    while (pool.stats().crashed_workers == 0)
        std::this_thread::yield();
    BOOST_TEST(pool.async_submit(twice, 1).get() == 2);
}

BOOST_AUTO_TEST_CASE(a_pool_is_destroyed_right_after_a_wait)
{
    for (int i = 0; i != 10; ++i) {
        procpool::pool other({.workers = 1});
        BOOST_TEST(other.async_submit(twice, i).get() == 2 * i);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
