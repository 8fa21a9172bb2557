// SPDX-License-Identifier: BSL-1.0
// The CPUs, the scheduling policy and the nice value of a worker: those of main's thread, whoever starts it.
#include "support/processes.hpp"

#include <procpool.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <sched.h>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace {

using namespace procpool::test;

using cpus = std::vector<unsigned>;

cpus cpus_of_this_thread()
{
    cpu_set_t set{};
    ::sched_getaffinity(0, sizeof set, &set);
    cpus found;
    for (unsigned cpu = 0; cpu != CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &set))
            found.push_back(cpu);
    return found;
}

void run_on(const cpus& wanted)
{
    cpu_set_t set{};
    for (const unsigned cpu : wanted)
        CPU_SET(cpu, &set);
    BOOST_TEST_REQUIRE(::sched_setaffinity(0, sizeof set, &set) == 0);
}

/// "policy 3 nice 5 cpus 0 1", of the calling thread.
std::string scheduling()
{
    std::string text = "policy " + std::to_string(::sched_getscheduler(0)) + " nice " +
                       std::to_string(::getpriority(PRIO_PROCESS, 0)) + " cpus";
    for (const unsigned cpu : cpus_of_this_thread())
        text += " " + std::to_string(cpu);
    return text;
}

/// A thread unlike main's that runs a loop: on one CPU, in batches, and nice where that can be undone.
class odd_loop {
public:
    odd_loop() : thread_([this] { run(); }) {}
    odd_loop(const odd_loop&) = delete;
    odd_loop& operator=(const odd_loop&) = delete;
    ~odd_loop()
    {
        guard_.reset();
        thread_.join();
    }

    boost::asio::io_context context;

private:
    void run()
    {
        run_on({cpus_of_this_thread().back()});
        const sched_param none{};
        BOOST_TEST_REQUIRE(::sched_setscheduler(0, SCHED_BATCH, &none) == 0);
        if (::geteuid() == 0)
            BOOST_TEST_REQUIRE(::setpriority(PRIO_PROCESS, 0, 5) == 0);
        context.run();
    }

    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_ = make_work_guard(context);
    std::jthread thread_;
};

/// Keeps the test's own thread, which is main's, on these CPUs while it lives.
class pinned_main {
public:
    explicit pinned_main(const cpus& wanted) : before_(cpus_of_this_thread()) { run_on(wanted); }
    pinned_main(const pinned_main&) = delete;
    pinned_main& operator=(const pinned_main&) = delete;
    ~pinned_main() { run_on(before_); }

private:
    cpus before_;
};

const procpool::start_method ways_to_start[] = {procpool::start_method::spawn, procpool::start_method::forkserver};

} // namespace

namespace procpool {

static std::ostream& operator<<(std::ostream& to, start_method how)
{
    return to << (how == start_method::spawn ? "spawn" : "forkserver");
}

} // namespace procpool

BOOST_FIXTURE_TEST_SUITE(crash_scheduling, nothing_left_behind)

BOOST_DATA_TEST_CASE(a_worker_is_scheduled_as_main_is_and_not_as_the_thread_that_runs_the_loop, ways_to_start)
{
    odd_loop odd;
    procpool::pool pool(odd.context, {.workers = 1, .start = sample});
    BOOST_TEST(pool.async_submit(scheduling).get() == scheduling());
}

BOOST_DATA_TEST_CASE(a_worker_that_is_started_later_is_scheduled_as_main_is_then, ways_to_start)
{
    odd_loop odd;
    procpool::pool pool(odd.context, {.workers = 1, .start = sample});
    BOOST_TEST(pool.async_submit(scheduling).get() == scheduling());
    const pinned_main elsewhere({cpus_of_this_thread().front()});
    pool.kill_workers();
    BOOST_TEST(pool.async_submit(scheduling).get(std::chrono::seconds(60)) == scheduling());
}

BOOST_AUTO_TEST_CASE(a_process_is_scheduled_as_main_is_and_not_as_the_thread_that_starts_it)
{
    procpool::queue<std::string> seen;
    std::jthread([&] {
        run_on({cpus_of_this_thread().back()});
        procpool::process started([](procpool::queue<std::string> to) { to.put(scheduling()); }, seen);
        started.start();
        started.join();
    }).join();
    BOOST_TEST(seen.get() == scheduling());
}

BOOST_AUTO_TEST_CASE(limits_of_the_options_come_after_that)
{
    const unsigned last = cpus_of_this_thread().back();
    procpool::pool pool({.workers = 1, .worker = {.limits = {.nice = 7, .cpus = {last}}}});
    BOOST_TEST(pool.async_submit(scheduling).get() == "policy 0 nice 7 cpus " + std::to_string(last));
}

BOOST_AUTO_TEST_SUITE_END()
