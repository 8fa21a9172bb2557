// SPDX-License-Identifier: BSL-1.0
// The CPUs, the scheduling policy and the nice value of a worker: those of main's thread, whoever starts it.
#include "support/processes.hpp"
#include "support/skip.hpp"

#include <procpool.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <future>
#include <ostream>
#include <sched.h>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace procpool::test;

using cpus = std::vector<unsigned>;
using cpu_sets = std::array<cpu_set_t, 8>; // for machines with more CPUs than one holds

cpus cpus_of_this_thread()
{
    cpu_sets sets{};
    ::sched_getaffinity(0, sizeof sets, sets.data());
    cpus found;
    for (unsigned cpu = 0; cpu != 8 * sizeof sets; ++cpu)
        if (CPU_ISSET_S(cpu, sizeof sets, sets.data()))
            found.push_back(cpu);
    return found;
}

void run_on(const cpus& wanted)
{
    cpu_sets sets{};
    for (const unsigned cpu : wanted)
        CPU_SET_S(cpu, sizeof sets, sets.data());
    BOOST_TEST(::sched_setaffinity(0, sizeof sets, sets.data()) == 0);
}

int nice_of_this_thread()
{
    return ::getpriority(PRIO_PROCESS, 0);
}

/// "policy 3 nice 5 cpus 0 1", of the calling thread.
std::string scheduling()
{
    std::string text = "policy " + std::to_string(::sched_getscheduler(0)) + " nice " +
                       std::to_string(nice_of_this_thread()) + " cpus";
    for (const unsigned cpu : cpus_of_this_thread())
        text += " " + std::to_string(cpu);
    return text;
}

bool can_be_less_nice()
{
    bool can = false;
    std::jthread([&] {
        const int before = nice_of_this_thread();
        can = ::setpriority(PRIO_PROCESS, 0, before + 1) == 0 && ::setpriority(PRIO_PROCESS, 0, before) == 0;
    }).join();
    return can;
}

/// Makes the calling thread another one than main's: on one CPU, in batches, and nice where a worker can undo that.
void be_odd()
{
    run_on({cpus_of_this_thread().back()});
    const sched_param none{};
    BOOST_TEST(::sched_setscheduler(0, SCHED_BATCH, &none) == 0);
    if (can_be_less_nice())
        BOOST_TEST(::setpriority(PRIO_PROCESS, 0, nice_of_this_thread() + 5) == 0);
}

/// A thread unlike main's that runs a loop.
class odd_loop {
public:
    odd_loop()
        : thread_([this] {
              be_odd();
              is_odd_.set_value();
              context.run();
          })
    {
        is_odd_.get_future().wait(); // the framework counts checks of one thread at a time
    }
    odd_loop(const odd_loop&) = delete;
    odd_loop& operator=(const odd_loop&) = delete;
    ~odd_loop()
    {
        guard_.reset();
        thread_.join();
    }

    boost::asio::io_context context;

private:
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_ = make_work_guard(context);
    std::promise<void> is_odd_;
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

/// Main's thread has a policy that its children have not altogether.
class reset_on_fork {
public:
    reset_on_fork() { set(SCHED_BATCH | SCHED_RESET_ON_FORK); }
    reset_on_fork(const reset_on_fork&) = delete;
    reset_on_fork& operator=(const reset_on_fork&) = delete;
    ~reset_on_fork() { set(SCHED_OTHER); }

private:
    static void set(int policy)
    {
        const sched_param none{};
        BOOST_TEST(::sched_setscheduler(0, policy, &none) == 0);
    }
};

void be_nice_on_one_cpu()
{
    run_on({cpus_of_this_thread().front()});
    ::setpriority(PRIO_PROCESS, 0, nice_of_this_thread() + 3);
}

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

BOOST_AUTO_TEST_CASE(a_worker_that_is_started_later_is_scheduled_as_main_is_then)
{
    odd_loop odd;
    procpool::pool pool(odd.context, {.workers = 1});
    BOOST_TEST(pool.async_submit(scheduling).get() == scheduling());
    const pinned_main elsewhere({cpus_of_this_thread().front()});
    pool.kill_workers();
    BOOST_TEST(pool.async_submit(scheduling).get(std::chrono::seconds(60)) == scheduling());
}

BOOST_AUTO_TEST_CASE(what_ends_at_a_fork_ends_for_a_worker)
{
    if (!can_be_less_nice()) // which SCHED_RESET_ON_FORK needs too, to be taken back
        return skip("CAP_SYS_NICE is missing");
    const reset_on_fork main;
    procpool::pool pool({.workers = 1});
    BOOST_TEST(pool.async_submit([] { return ::sched_getscheduler(0); }).get() == SCHED_BATCH);
}

BOOST_DATA_TEST_CASE(what_the_initializer_sets_stays, ways_to_start)
{
    procpool::pool pool({.workers = 1, .start = sample, .initializer = procpool::task(be_nice_on_one_cpu)});
    BOOST_TEST(pool.async_submit(nice_of_this_thread).get() == nice_of_this_thread() + 3);
    BOOST_TEST(pool.async_submit(cpus_of_this_thread).get() == cpus{cpus_of_this_thread().front()},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_process_is_scheduled_as_main_is_and_not_as_the_thread_that_starts_it)
{
    procpool::queue<std::string> seen;
    std::jthread([&] {
        be_odd();
        procpool::process started([](procpool::queue<std::string> to) { to.put(scheduling()); }, seen);
        started.start();
        started.join();
    }).join();
    BOOST_TEST(seen.get() == scheduling());
}

BOOST_DATA_TEST_CASE(limits_of_the_options_come_after_that, ways_to_start)
{
    const unsigned last = cpus_of_this_thread().back();
    const int nicer = nice_of_this_thread() + 1;
    procpool::pool pool({.workers = 1, .start = sample, .worker = {.limits = {.nice = nicer, .cpus = {last}}}});
    BOOST_TEST(pool.async_submit(nice_of_this_thread).get() == nicer);
    BOOST_TEST(pool.async_submit(cpus_of_this_thread).get() == cpus{last}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
