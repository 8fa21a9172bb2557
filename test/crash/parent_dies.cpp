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

constexpr const char* ways_to_start[] = {"start_a_stranger", "start_without_stdin"};

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

// The parent is stopped, as a loop that is busy would be: it sees nothing of the worker's end.
BOOST_DATA_TEST_CASE(what_a_dead_worker_has_started_dies_with_a_parent_that_has_not_noticed, ways_to_start)
{
    const mailbox pids;
    started_program parent({helper_program("parent"), sample, pids.path()});
    const watched_process worker(pids.receive());
    const watched_process left_behind(pids.receive());
    ::kill(parent.pid(), SIGSTOP);
    siginfo_t stopped{};
    BOOST_TEST(::waitid(P_PID, static_cast<id_t>(parent.pid()), &stopped, WSTOPPED | WNOWAIT) == 0);
    worker.kill(SIGKILL);
    BOOST_TEST(worker.ends());
    BOOST_TEST(!left_behind.has_ended());
    ::kill(parent.pid(), SIGKILL);
    BOOST_TEST(WTERMSIG(parent.wait()) == SIGKILL);
    BOOST_TEST(left_behind.ends());
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
