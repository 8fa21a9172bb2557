// SPDX-License-Identifier: BSL-1.0
// No innocent task dies: what is queued behind a task that is given up survives the kill of their worker.
#include "support/ledger.hpp"
#include "support/processes.hpp"
#include "support/skip.hpp"

#include <procpool.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <optional>
#include <unistd.h>
#include <vector>

namespace {

using namespace procpool::test;
using namespace std::chrono_literals;

void wait_for_ever(const std::string& mailbox_path)
{
    tell(mailbox_path, ::getpid());
    for (;;)
        ::pause();
}

void wait_in_silence()
{
    for (;;)
        ::pause();
}

void no_op() {}

/// Lets the pool see so many tasks of no length that it sends as many ahead as it ever does.
void make_it_send_far_ahead(procpool::pool& pool)
{
    std::vector<procpool::future<void>> all;
    for (int i = 0; i != 2'000; ++i)
        all.push_back(pool.async_submit(no_op));
    for (auto& each : all)
        each.get(60s);
}

struct accounts {
    temporary_directory directory;
    std::string file = directory / "ledger";
    ledger runs{file, 25'000};
    std::size_t tasks = 0;

    procpool::future<void> submit(procpool::pool& pool) { return pool.async_submit(note, file, tasks++); }
    bool each_ran_once() const
    {
        std::size_t wrong = 0;
        for (std::size_t i = 0; i != tasks; ++i)
            wrong += runs.count(i) != 1;
        return wrong == 0;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_kill_order, nothing_left_behind)

BOOST_AUTO_TEST_CASE(the_task_behind_a_cancelled_one_runs_once)
{
    const mailbox started;
    accounts innocent;
    procpool::pool pool({.workers = 1});
    for (int round = 0; round != 100; ++round) {
        auto victim = pool.async_submit(wait_for_ever, started.path());
        auto behind = innocent.submit(pool);
        started.receive();
        victim.cancel();
        behind.get(60s);
        BOOST_CHECK_THROW(victim.get(60s), boost::system::system_error);
    }
    BOOST_TEST(innocent.each_ran_once());
}

BOOST_AUTO_TEST_CASE(the_task_behind_one_that_timed_out_runs_once)
{
    accounts innocent;
    procpool::pool pool({.workers = 2});
    for (int round = 0; round != 50; ++round) {
        std::vector<procpool::future<void>> behind;
        auto victim = pool.async_submit({.timeout = 1ms}, wait_in_silence);
        for (int i = 0; i != 5; ++i)
            behind.push_back(innocent.submit(pool));
        for (auto& each : behind)
            each.get(60s);
        BOOST_CHECK_THROW(victim.get(60s), boost::system::system_error);
    }
    BOOST_TEST(innocent.each_ran_once());
}

// The victim is about to end by itself when it is given up, so the kill meets its successors at any moment.
BOOST_AUTO_TEST_CASE(tasks_behind_a_short_one_that_is_cancelled_at_any_moment_run_once)
{
    const mailbox started;
    accounts innocent;
    procpool::pool pool({.workers = 1});
    const auto run_shortly = [](const std::string& mailbox_path, int turns) {
        tell(mailbox_path, ::getpid());
        spin(turns);
    };
    for (int round = 0; round != 300; ++round) {
        auto victim = pool.async_submit(run_shortly, started.path(), round % 20 * 5'000);
        std::vector<procpool::future<void>> behind;
        for (int i = 0; i != 10; ++i)
            behind.push_back(innocent.submit(pool));
        started.receive();
        spin(round % 30 * 5'000);
        victim.cancel();
        for (auto& each : behind)
            each.get(60s);
    }
    BOOST_TEST_MESSAGE(pool.stats().killed_workers << " of 300 were killed");
    BOOST_TEST(innocent.each_ran_once());
}

// 1,000 is as many as a worker ever has.
BOOST_AUTO_TEST_CASE(all_that_was_sent_ahead_runs_once_however_the_task_before_it_ends)
{
    const mailbox started;
    accounts innocent;
    std::size_t most_sent = 0;
    procpool::pool pool({.workers = 1});
    for (int round = 0; round != 20; ++round) {
        make_it_send_far_ahead(pool);
        std::optional<std::chrono::nanoseconds> limit;
        if (round % 4 == 0)
            limit = 20ms;
        auto victim = pool.async_submit({.timeout = limit, .grace = 1ms}, wait_for_ever, started.path());
        std::vector<procpool::future<void>> behind;
        for (int i = 0; i != 1'100; ++i)
            behind.push_back(innocent.submit(pool));
        const pid_t worker = started.receive();
        most_sent = std::max(most_sent, pool.stats().sent);
        if (round % 4 == 1)
            ::kill(worker, SIGKILL);
        if (round % 4 == 2)
            victim.cancel();
        if (round % 4 == 3) {
            ::kill(worker, SIGSTOP);
            victim.cancel();
        }
        for (auto& each : behind)
            each.get(60s);
        BOOST_CHECK_THROW(victim.get(60s), std::exception);
    }
    if (!is_sanitized)
        BOOST_TEST(most_sent == 1000u);
    BOOST_TEST(innocent.each_ran_once());
}

BOOST_AUTO_TEST_SUITE_END()
