// SPDX-License-Identifier: BSL-1.0
#include "support/processes.hpp"

#include <procpool.hpp>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <unistd.h>

namespace {

using namespace procpool::test;
using namespace std::chrono_literals;

int seven()
{
    return 7;
}

/// Throws, hangs, crashes or leaves.
void fail_to_initialize(int how)
{
    if (how == 0)
        throw std::runtime_error("there is no model");
    while (how == 1)
        ::pause();
    if (how == 2)
        ::raise(SIGSEGV);
    std::exit(0);
}

template <class R>
boost::system::error_code error_of(procpool::future<R> outcome)
{
    try {
        outcome.get(60s);
    } catch (const boost::system::system_error& error) {
        return error.code();
    }
    return {};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_start_fails, nothing_left_behind)

BOOST_AUTO_TEST_CASE(a_worker_that_cannot_start_is_tried_five_times_and_fails_what_waits)
{
    const temporary_directory directory;
    const auto starts = directory / "starts";
    procpool::pool pool({.workers = 1,
                         .executable = helper_program("never_ready"),
                         .worker = {.env = {{"STARTS", starts.string()}, {"EXIT", "3"}}}});
    std::vector<procpool::future<int>> waiting;
    for (int i = 0; i != 10; ++i)
        waiting.push_back(pool.async_submit(seven));
    for (auto& each : waiting)
        BOOST_TEST((error_of(std::move(each)) == procpool::errc::start_failed));
    BOOST_TEST(std::filesystem::file_size(starts) == 5u);
    pool.join();
    BOOST_TEST(pool.stats().failed == 10u);
    BOOST_TEST(pool.stats().started_workers == 0u);
}

BOOST_AUTO_TEST_CASE(a_closed_pool_whose_workers_cannot_start_fails_what_waits_and_ends)
{
    for (int round = 0; round != 10; ++round) {
        procpool::pool pool({.workers = 4, .executable = "/nowhere/to/be/found"});
        std::vector<procpool::future<int>> waiting;
        for (int i = 0; i != 4; ++i)
            waiting.push_back(pool.async_submit(seven));
        pool.close();
        for (auto& each : waiting)
            BOOST_TEST((error_of(std::move(each)) == procpool::errc::start_failed));
        pool.join();
    }
}

BOOST_AUTO_TEST_CASE(workers_that_are_kept_ready_and_cannot_start_are_tried_with_pauses_and_do_not_spin)
{
    const temporary_directory directory;
    const auto starts = directory / "starts";
    const auto begin = std::chrono::steady_clock::now();
    procpool::pool pool({.workers = 4,
                         .min_workers = 4,
                         .executable = helper_program("never_ready"),
                         .worker = {.env = {{"STARTS", starts.string()}, {"EXIT", "3"}}}});
    BOOST_TEST((error_of(pool.async_submit(seven)) == procpool::errc::start_failed));
    BOOST_TEST((std::chrono::steady_clock::now() - begin >= 150ms)); // 10, 20, 40 and 80 ms between five tries
    BOOST_TEST(std::filesystem::file_size(starts) <= 4u * 5u);
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_never_ready_is_killed_after_the_start_timeout)
{
    procpool::pool pool({.workers = 1, .executable = helper_program("never_ready"), .start_timeout = 20ms});
    BOOST_TEST((error_of(pool.async_submit(seven)) == procpool::errc::start_failed));
}

BOOST_AUTO_TEST_CASE(a_pool_recovers_when_the_reason_is_gone)
{
    const temporary_directory directory;
    const auto later_there = directory / "later";
    procpool::pool pool({.workers = 1, .worker = {.cwd = later_there}});
    BOOST_TEST((error_of(pool.async_submit(seven)) == procpool::errc::start_failed));
    std::filesystem::create_directory(later_there);
    BOOST_TEST(pool.async_submit(seven).get(60s) == 7);
    BOOST_TEST(pool.async_submit(seven).get(60s) == 7);
}

BOOST_AUTO_TEST_CASE(an_initializer_that_kills_its_worker_fails_what_waits)
{
    procpool::pool pool({.workers = 2, .initializer = procpool::task([] { ::raise(SIGKILL); })});
    BOOST_TEST((error_of(pool.async_submit(seven)) == procpool::errc::start_failed));
}

BOOST_DATA_TEST_CASE(an_initializer_that_fails_is_tried_five_times_and_then_for_new_tasks_once,
                     boost::unit_test::data::make({0, 1, 2, 3}))
{
    std::atomic<std::size_t> failures = 0;
    {
        procpool::pool pool({.workers = 1,
                             .initializer = procpool::task(fail_to_initialize, sample),
                             .start_timeout = 500ms,
                             .on_event = [&](const procpool::event& what) {
                                 failures += what.kind == procpool::event_kind::worker_died;
                             }});
        BOOST_TEST((error_of(pool.async_submit(seven)) == procpool::errc::start_failed));
        BOOST_TEST((error_of(pool.async_submit(seven)) == procpool::errc::start_failed));
        pool.join();
    }
    BOOST_TEST(failures == 6u);
}

BOOST_AUTO_TEST_CASE(a_pool_whose_workers_hang_in_their_start_is_destroyed_at_once)
{
    procpool::pool pool({.workers = 2, .executable = helper_program("never_ready")});
    auto waiting = pool.async_submit(seven);
    pool.terminate();
    BOOST_TEST((error_of(std::move(waiting)) == boost::asio::error::operation_aborted));
}

BOOST_AUTO_TEST_SUITE_END()
