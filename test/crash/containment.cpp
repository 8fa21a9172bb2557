// SPDX-License-Identifier: BSL-1.0
// What tasks start dies with its worker, wherever it went: worker_options::contain.
#include "support/processes.hpp"
#include "support/skip.hpp"

#include <procpool.hpp>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

using namespace procpool::test;
using procpool::containment;

const containment kinds[] = {containment::pid_namespace, containment::cgroup};

} // namespace

namespace procpool {

std::ostream& operator<<(std::ostream& to, containment kind)
{
    return to << (kind == containment::cgroup ? "cgroup" : "pid_namespace");
}

} // namespace procpool

namespace {

procpool::pool_options contained(containment kind)
{
    return {.workers = 1, .worker = {.contain = kind}};
}

/// Whether the system allows it; any other failure is one of the test.
bool have(containment kind)
{
    try {
        procpool::pool(contained(kind)).async_submit([] {}).get();
        return true;
    } catch (const boost::system::system_error& error) {
        if (std::string(error.what()).find("the worker cannot have a") == std::string::npos)
            throw;
        skip(error.what());
        return false;
    }
}

/// The number that a process of this test's own pid namespace has, whatever getpid() says.
pid_t outer_pid()
{
    std::ifstream status("/proc/self/stat");
    pid_t pid = 0;
    status >> pid;
    return pid;
}

/// A task: leaves behind a process in a session of its own, which tells its number and waits for ever.
void leave_a_process(const std::string& mailbox)
{
    if (::fork() != 0)
        return;
    ::setsid();
    if (::fork() != 0)
        ::_exit(0);
    tell(mailbox, outer_pid());
    for (;;)
        ::pause();
}

void wait_for_ever()
{
    for (;;)
        ::pause();
}

int run_a_thread_and_a_program()
{
    int sum = 0;
    std::thread([&] { sum += 1; }).join();
    return sum + (output_of("echo 41") == "41\n" ? 41 : 0);
}

procpool::exit_status end_of(procpool::future<void> outcome)
{
    try {
        outcome.get();
    } catch (const procpool::worker_crashed& crash) {
        return {.code = crash.status().code, .signal = crash.status().signal};
    }
    return {};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_containment, nothing_left_behind)

BOOST_DATA_TEST_CASE(what_left_its_session_dies_when_its_worker_leaves, kinds)
{
    if (!have(sample))
        return;
    const mailbox from_the_process;
    procpool::pool pool(contained(sample));
    pool.async_submit(leave_a_process, from_the_process.path()).get();
    const watched_process left(from_the_process.receive());
    BOOST_TEST(!left.has_ended());
    pool.join();
    BOOST_TEST(left.ends());
}

BOOST_DATA_TEST_CASE(what_left_its_session_dies_when_its_worker_crashes, kinds)
{
    if (!have(sample))
        return;
    const mailbox from_the_process;
    procpool::pool pool(contained(sample));
    pool.async_submit(leave_a_process, from_the_process.path()).get();
    const watched_process left(from_the_process.receive());
    BOOST_TEST((end_of(pool.async_submit([] { ::raise(SIGKILL); })).signal == SIGKILL));
    BOOST_TEST(left.ends());
    BOOST_TEST(pool.async_submit(run_a_thread_and_a_program).get() == 42);
}

BOOST_DATA_TEST_CASE(what_left_its_session_dies_when_its_pool_is_destroyed, kinds)
{
    if (!have(sample))
        return;
    const mailbox from_the_process;
    std::optional<procpool::pool> pool(contained(sample));
    pool->async_submit(leave_a_process, from_the_process.path()).get();
    auto hanging = pool->async_submit(wait_for_ever);
    const watched_process left(from_the_process.receive());
    pool.reset();
    BOOST_TEST(left.ends());
}

BOOST_DATA_TEST_CASE(a_contained_worker_ends_as_others_do, kinds)
{
    if (!have(sample))
        return;
    if (is_sanitized)
        return skip("sanitizers end crashes in ways of their own");
    procpool::pool pool(contained(sample));
    const auto write_to_null = [] {
        volatile int* volatile nowhere = nullptr;
        *nowhere = 1;
    };
    BOOST_TEST((end_of(pool.async_submit([] { ::_exit(3); })) == procpool::exit_status{.code = 3, .signal = {}}));
    BOOST_TEST((end_of(pool.async_submit([] { std::exit(4); })) == procpool::exit_status{.code = 4, .signal = {}}));
    BOOST_TEST(
        (end_of(pool.async_submit([] { std::abort(); })) == procpool::exit_status{.code = {}, .signal = SIGABRT}));
    BOOST_TEST((end_of(pool.async_submit(write_to_null)) == procpool::exit_status{.code = {}, .signal = SIGSEGV}));
    BOOST_TEST(
        (end_of(pool.async_submit([] { ::raise(SIGSYS); })) == procpool::exit_status{.code = {}, .signal = SIGSYS}));
}

BOOST_DATA_TEST_CASE(a_crash_of_a_contained_worker_has_its_stack_in_the_report, kinds)
{
    if (!have(sample))
        return;
    if (is_sanitized)
        return skip("sanitizers end crashes in ways of their own");
    procpool::pool pool(contained(sample));
    BOOST_CHECK_EXCEPTION(pool.async_submit([] { std::abort(); }).get(), procpool::worker_crashed,
                          [](const auto& crash) { return !crash.report().stack.empty(); });
}

BOOST_DATA_TEST_CASE(a_contained_worker_is_ended_by_its_tasks_time_limit, kinds)
{
    if (!have(sample))
        return;
    procpool::pool pool(contained(sample));
    BOOST_CHECK_THROW(pool.async_submit({.timeout = std::chrono::milliseconds(20)}, wait_for_ever).get(),
                      boost::system::system_error);
    BOOST_TEST(pool.async_submit(run_a_thread_and_a_program).get() == 42);
}

BOOST_DATA_TEST_CASE(a_contained_worker_has_its_initializer_its_sandbox_and_its_name, kinds)
{
    if (!have(sample))
        return;
    static int initialized = 0;
    auto options = contained(sample);
    options.name = "contained";
    options.initializer = procpool::task([] { initialized = 7; });
    options.worker.limits.open_files = 20;
    options.worker.sandbox.no_new_privs = true;
    procpool::pool pool(options);
    BOOST_TEST(pool.async_submit([] { return initialized; }).get() == 7);
    BOOST_TEST(pool.async_submit(output_of, "ulimit -n; grep NoNewPrivs /proc/self/status").get() ==
               "20\nNoNewPrivs:\t1\n");
    BOOST_TEST(pool.async_submit(output_of, "cat /proc/$PPID/comm").get() != "");
}

BOOST_AUTO_TEST_CASE(what_a_task_left_behind_in_a_pid_namespace_dies_with_the_parent)
{
    if (!have(containment::pid_namespace))
        return;
    const mailbox pids;
    started_program parent({helper_program("parent"), "leave_the_session", pids.path()});
    const watched_process left(pids.receive());
    ::kill(parent.pid(), SIGKILL);
    BOOST_TEST(left.ends());
}

BOOST_AUTO_TEST_CASE(the_kill_of_the_worker_or_of_its_namespaces_init_is_the_end_of_both)
{
    if (!have(containment::pid_namespace))
        return;
    const mailbox pids;
    procpool::pool pool(contained(containment::pid_namespace));
    const auto tell_and_wait = [](std::string mailbox) {
        tell(mailbox, outer_pid());
        wait_for_ever();
    };
    for (const bool kill_init : {false, true}) {
        auto hanging = pool.async_submit(tell_and_wait, pids.path());
        const pid_t worker = pids.receive();
        const watched_process watched(worker);
        const std::string parent_of = "awk '{ print $4 }' /proc/" + std::to_string(worker) + "/stat";
        ::kill(kill_init ? std::stoi(output_of(parent_of)) : worker, SIGKILL);
        BOOST_TEST((end_of(std::move(hanging)).signal == SIGKILL));
        BOOST_TEST(watched.ends());
    }
}

BOOST_AUTO_TEST_SUITE_END()
