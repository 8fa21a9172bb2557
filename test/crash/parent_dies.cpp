// SPDX-License-Identifier: BSL-1.0
#include "support/processes.hpp"

#include <procpool.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

using namespace procpool::test;

struct busy_worker {
    const char* with;
    int processes;
};

std::ostream& operator<<(std::ostream& to, const busy_worker& worker)
{
    return to << worker.with;
}

constexpr busy_worker busy_workers[] = {
    {"spin", 1}, {"stop", 1}, {"block_all_signals", 1}, {"start_others", 3}, {"nest_three_deep", 3}};

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_parent_dies, nothing_left_behind)

BOOST_DATA_TEST_CASE(a_killed_parent_takes_its_workers_and_what_they_started_with_it, busy_workers)
{
    const mailbox pids;
    started_program parent({helper_program("parent"), sample.with, pids.path()});
    std::vector<watched_process> others;
    for (int i = 0; i != sample.processes; ++i)
        others.emplace_back(pids.receive());
    for (const auto& each : others)
        BOOST_TEST(!each.has_ended());
    ::kill(parent.pid(), SIGKILL);
    BOOST_TEST(WTERMSIG(parent.wait()) == SIGKILL);
    for (const auto& each : others)
        BOOST_TEST(each.ends());
}

BOOST_AUTO_TEST_CASE(a_worker_outlives_the_thread_that_started_it)
{
    const auto own_pid = [] { return ::getpid(); };
    boost::asio::io_context context;
    procpool::pool pool(context, {.workers = 1});
    auto first = pool.async_submit(own_pid);
    std::thread([&] {
        while (!first.ready())
            context.run_one();
    }).join();
    const watched_process worker(first.get());
    auto second = pool.async_submit(own_pid);
    while (!second.ready())
        context.run_one();
    BOOST_TEST(!worker.has_ended());
    pool.close();
    context.run();
    BOOST_TEST(worker.ends());
    BOOST_TEST(pool.stats().started_workers == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
