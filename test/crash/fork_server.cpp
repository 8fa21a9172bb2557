// SPDX-License-Identifier: BSL-1.0
// Workers that are forked from a process that has run the initializer (start_method::forkserver).
#include "support/gate.hpp"
#include "support/pool_on_loop.hpp"
#include "support/processes.hpp"
#include "support/skip.hpp"
#include "support/workers.hpp"

#include <procpool.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <mutex>
#include <numeric>
#include <set>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

namespace {

using namespace procpool::test;
using namespace std::chrono_literals;
using procpool::errc;
using procpool::start_method;
using procpool::worker_crashed;

pid_t initialized_by = 0;
std::vector<char> loaded;

void load(std::size_t bytes)
{
    initialized_by = ::getpid();
    loaded.assign(bytes, 'x');
}

void load_and_tell_at_exit(const std::string& mailbox)
{
    load(0);
    procpool::this_worker::at_exit([mailbox] { tell(mailbox, ::getpid()); });
}

/// Which process has run the initializer, and which one this is.
struct origin {
    pid_t server = 0;
    pid_t worker = 0;
    pid_t parent = 0;
    pid_t session = 0;
};

origin tell_origin()
{
    return {initialized_by, ::getpid(), ::getppid(), ::getsid(0)};
}

origin hold_and_tell(const std::string& gate)
{
    hold(gate);
    return tell_origin();
}

procpool::pool_options forked(std::size_t workers)
{
    return {.workers = workers, .start = start_method::forkserver, .initializer = procpool::task(load, 1000)};
}

/// ThreadSanitizer's runtime has a thread of its own, and such a process is not forked.
bool cannot_fork()
{
    if (is_thread_sanitized)
        skip("ThreadSanitizer starts a thread before main");
    return is_thread_sanitized;
}

template <class R>
std::string failure_of(procpool::future<R> outcome, errc expected)
{
    try {
        outcome.get(60s);
    } catch (const boost::system::system_error& error) {
        BOOST_TEST(error.code() == make_error_code(expected));
        return error.what();
    }
    BOOST_ERROR("it has not failed");
    return {};
}

template <class Call, class... Args>
procpool::crash_report crash_of(procpool::pool& pool, Call call, Args... args)
{
    try {
        pool.async_submit(call, args...).get(60s);
    } catch (const worker_crashed& crash) {
        return crash.report();
    }
    BOOST_ERROR("it has not crashed");
    return {};
}

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

std::atomic<int> signals_seen = 0;

/// What the C library does with the number of the calling thread.
bool thread_number_is_right()
{
    std::recursive_mutex mutex;
    const std::scoped_lock once(mutex);
    const bool twice = mutex.try_lock();
    mutex.unlock();
    bool other = true;
    std::thread([&] { other = mutex.try_lock(); }).join();
    std::signal(SIGUSR1, [](int) { ++signals_seen; });
    std::raise(SIGUSR1);
    ::pthread_kill(::pthread_self(), SIGUSR1);
    clockid_t clock{}; // found by the number that the C library has kept
    timespec used{};
    const bool has_clock = ::pthread_getcpuclockid(::pthread_self(), &clock) == 0 && ::clock_gettime(clock, &used) == 0;
    return twice && !other && signals_seen == 2 && has_clock && ::gettid() == ::getpid();
}

/// Reads what the initializer has loaded: the proportional share of this process in its memory, in KiB.
long share_of_memory()
{
    return std::stol(output_of("awk '/^Pss:/ { print $2 }' /proc/" + std::to_string(::getpid()) + "/smaps_rollup")) +
           std::accumulate(loaded.begin(), loaded.end(), 0L) * 0;
}

void start_a_thread()
{
    std::thread([] { ::pause(); }).detach();
}

void throw_something()
{
    throw std::runtime_error("there is no model");
}

void hang()
{
    ::pause();
}

void print_in_part()
{
    std::printf("from the initializer"); // without a newline: it stays in the buffer
}

void print_a_line()
{
    std::printf(" and the task\n");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_fork_server, nothing_left_behind)

BOOST_AUTO_TEST_CASE(the_initializer_runs_once_and_all_workers_have_what_it_made)
{
    if (cannot_fork())
        return;
    boost::asio::io_context gates;
    gate held(gates.get_executor());
    procpool::pool pool(forked(3));
    std::vector<procpool::future<origin>> origins;
    for (int i = 0; i != 3; ++i)
        origins.push_back(pool.async_submit(hold_and_tell, held.path()));
    for (int i = 0; i != 3; ++i)
        held.next();
    held.open(3);
    std::set<pid_t> servers;
    std::set<pid_t> workers;
    for (auto& each : origins) {
        const auto [server, worker, parent, session] = each.get(60s);
        servers.insert(server);
        workers.insert(worker);
        BOOST_TEST(parent == ::getpid());
        BOOST_TEST(session == worker);
    }
    BOOST_TEST(servers.size() == 1u);
    BOOST_TEST(workers.size() == 3u);
    BOOST_TEST(!workers.contains(*servers.begin()));
}

BOOST_AUTO_TEST_CASE(a_forked_worker_has_its_own_channel_and_nothing_of_the_servers)
{
    if (cannot_fork())
        return;
    const auto own = open_descriptors();
    procpool::pool pool(forked(1));
    const auto open = pool.async_submit(open_descriptors).get(60s);
    BOOST_TEST(open.size() == 9u);
    BOOST_TEST(open.at(0) == "/dev/null");
    BOOST_TEST(open.at(1) == own.at(1));
    std::set<std::string> behind;
    for (const auto& [fd, what] : open)
        if (fd > 2 && fd != 8) // 8 is the socket again, kept to be given up when another is needed
            behind.insert(what);
    BOOST_TEST(behind.size() == 5u);
    const auto server = initialized_by;
    BOOST_TEST(server == 0); // here
    BOOST_TEST(pool.async_submit(output_of, "ls /proc/self/fd").get(60s) == "0\n1\n2\n3\n");
}

BOOST_AUTO_TEST_CASE(ps_shows_the_fork_server_and_each_worker_by_its_number)
{
    if (cannot_fork())
        return;
    for (const std::string name : {"forked-by-name", "plan (b)", ") R 1 2 (3"}) {
        auto options = forked(1);
        options.name = name;
        procpool::pool pool(std::move(options));
        const auto [server, worker, parent, session] = pool.async_submit(tell_origin).get(60s);
        const auto title = [](pid_t pid) { return output_of("ps -o args= -p " + std::to_string(pid)); };
        BOOST_TEST(title(worker) == name + ": worker 1\n");
        BOOST_TEST(title(server).starts_with(name + ": fork server"));
        BOOST_TEST(output_of("ps -o comm= -p " + std::to_string(worker)) == name + "\n");
    }
}

BOOST_AUTO_TEST_CASE(a_program_may_be_called_anything)
{
    if (cannot_fork())
        return;
    const temporary_directory directory;
    const auto program = directory / "plan (b) (deleted)";
    std::filesystem::copy_file(helper_program("named_tasks"), program);
    procpool::pool pool({.workers = 1, .executable = program, .start = start_method::forkserver});
    const auto report = crash_of(pool, procpool::named_task<void()>("die"));
    BOOST_TEST(report.status.signal.value_or(0) != 0);
    if (!is_sanitized)
        BOOST_TEST(report.stack.back().module == program);
}

BOOST_AUTO_TEST_CASE(threads_signals_and_recursive_mutexes_work_in_a_forked_worker)
{
    if (cannot_fork())
        return;
    procpool::pool pool(forked(1));
    BOOST_TEST(pool.async_submit(thread_number_is_right).get(60s));
}

BOOST_AUTO_TEST_CASE(how_a_forked_worker_ends_is_told_as_of_any_other)
{
    if (cannot_fork())
        return;
    procpool::pool pool(forked(1));
    BOOST_TEST(crash_of(pool, [] { ::_exit(3); }).status.code.value_or(-1) == 3);
    BOOST_TEST(crash_of(pool, [] { std::raise(SIGKILL); }).status.signal.value_or(0) == SIGKILL);
    const auto aborted = crash_of(pool, [] { std::abort(); });
    BOOST_TEST(aborted.status.signal.value_or(0) == SIGABRT);
    if (!is_sanitized)
        BOOST_TEST(!aborted.stack.empty());
    BOOST_TEST(aborted.worker == 3u);
    BOOST_TEST(pool.async_submit(tell_origin).get(60s).server == pool.async_submit(tell_origin).get(60s).server);
}

BOOST_AUTO_TEST_CASE(a_fork_server_that_dies_is_replaced_and_its_workers_live_on)
{
    if (cannot_fork())
        return;
    std::vector<procpool::event> deaths;
    boost::asio::io_context context;
    auto options = forked(1);
    options.on_event = [&](const procpool::event& what) {
        if (what.kind == procpool::event_kind::worker_died)
            deaths.push_back(what);
    };
    procpool::pool pool(context, std::move(options));
    auto work = boost::asio::make_work_guard(context); // for a while there is neither server nor worker
    const auto run = [&](auto call) {
        auto outcome = pool.async_submit(call);
        while (!outcome.ready())
            context.run_one();
        return outcome;
    };
    const origin before = run(tell_origin).get();
    const watched_process server(before.server);
    BOOST_TEST(server.kill(SIGKILL));
    while (deaths.empty())
        context.run_one();
    BOOST_TEST(deaths[0].worker == 0u);
    BOOST_TEST(deaths[0].pid == before.server);
    BOOST_TEST(to_string(deaths[0]).starts_with("the fork server (pid "));
    BOOST_TEST(deaths[0].report->summary().starts_with("the fork server (pid "));
    BOOST_TEST(run(tell_origin).get().worker == before.worker);
    BOOST_CHECK_THROW(run([] { std::raise(SIGKILL); }).get(), worker_crashed);
    const origin after = run(tell_origin).get();
    BOOST_TEST(after.server != before.server);
    BOOST_TEST(after.worker != before.worker);
    work.reset();
    pool.close();
    context.run();
}

BOOST_AUTO_TEST_CASE(a_fork_server_that_is_killed_again_and_again_costs_no_task)
{
    if (cannot_fork())
        return;
    procpool::pool pool({.workers = 2,
                         .start = start_method::forkserver,
                         .initializer = procpool::task(load, 1000),
                         .max_tasks_per_worker = 1});
    for (int round = 0; round != 20; ++round) {
        const pid_t server = pool.async_submit(tell_origin).get(60s).server;
        std::vector<procpool::future<origin>> origins;
        for (int i = 0; i != 5; ++i)
            origins.push_back(pool.async_submit(tell_origin));
        ::kill(server, SIGKILL);
        for (auto& each : origins)
            BOOST_TEST(each.get(60s).worker > 0);
    }
}

BOOST_AUTO_TEST_CASE(an_initializer_that_fails_in_the_fork_server_is_the_reason_that_callers_get)
{
    if (cannot_fork())
        return;
    procpool::pool throwing(
        {.workers = 2, .start = start_method::forkserver, .initializer = procpool::task(throw_something)});
    BOOST_TEST(contains(failure_of(throwing.async_submit(tell_origin), errc::start_failed),
                        "its initializer threw: there is no model"));
    procpool::pool hanging(
        {.workers = 2, .start = start_method::forkserver, .initializer = procpool::task(hang), .start_timeout = 20ms});
    BOOST_TEST(contains(failure_of(hanging.async_submit(tell_origin), errc::start_failed), "the fork server (pid "));
}

BOOST_AUTO_TEST_CASE(a_process_with_threads_is_not_forked)
{
    procpool::pool pool(
        {.workers = 1, .start = start_method::forkserver, .initializer = procpool::task(start_a_thread)});
    BOOST_TEST(contains(failure_of(pool.async_submit(tell_origin), errc::start_failed),
                        "workers cannot be forked from a process that has threads"));
}

BOOST_AUTO_TEST_CASE(limits_and_sandbox_are_the_workers_and_not_the_fork_servers)
{
    if (cannot_fork())
        return;
    auto options = forked(1);
    options.worker.limits.open_files = 64;
    options.worker.sandbox = {.syscalls = procpool::syscall_profile::compute,
                              .optional = {procpool::sandbox_feature::syscalls}};
    procpool::pool pool(std::move(options));
    const pid_t server = pool.async_submit(tell_origin).get(60s).server;
    const auto line = "grep '^Max open files' /proc/" + std::to_string(server) + "/limits";
    BOOST_TEST(!contains(output_of(line), " 64 "));
    BOOST_TEST(pool.async_submit([] { return ::sysconf(_SC_OPEN_MAX); }).get(60s) == 64);
    BOOST_TEST(contains(output_of("grep ^Seccomp: /proc/" + std::to_string(server) + "/status"), "\t0"));
}

BOOST_AUTO_TEST_CASE(what_the_initializer_writes_comes_once_and_from_worker_0)
{
    if (cannot_fork())
        return;
    std::mutex mutex;
    std::vector<procpool::output_line> lines;
    auto options = forked(2);
    options.initializer = procpool::task(print_in_part);
    options.max_tasks_per_worker = 1;
    options.worker.stdout_to = procpool::output::capture;
    options.worker.on_output = [&](const procpool::output_line& line) {
        const std::scoped_lock lock(mutex);
        lines.push_back(line);
    };
    {
        procpool::pool pool(std::move(options));
        for (int i = 0; i != 3; ++i)
            pool.async_submit(print_a_line).get(60s);
        pool.join();
    }
    std::multiset<std::string> texts;
    for (const auto& line : lines) {
        texts.insert(line.text);
        BOOST_TEST((line.worker == 0) == (line.text == "from the initializer"));
    }
    const std::multiset<std::string> expected{"from the initializer", " and the task", " and the task",
                                              " and the task"};
    BOOST_TEST(texts == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_killed_parent_takes_the_fork_server_and_its_workers_with_it)
{
    if (cannot_fork())
        return;
    const mailbox pids;
    started_program parent({helper_program("parent"), "forked", pids.path()});
    const watched_process server(pids.receive());
    const watched_process worker(pids.receive());
    BOOST_TEST(!worker.has_ended());
    ::kill(parent.pid(), SIGKILL);
    parent.wait();
    BOOST_TEST(server.ends());
    BOOST_TEST(worker.ends());
}

BOOST_AUTO_TEST_CASE(workers_share_what_the_initializer_has_loaded)
{
    if (cannot_fork())
        return;
    if (is_sanitized)
        return skip("a sanitizer's own memory is not shared");
    constexpr long loaded_kib = 64 * 1024;
    auto options = forked(8);
    options.min_workers = 8;
    options.initializer = procpool::task(load, std::size_t{loaded_kib} * 1024);
    procpool::pool pool(std::move(options));
    BOOST_TEST(pool.async_submit(share_of_memory).get(60s) < loaded_kib / 2);
}

BOOST_AUTO_TEST_CASE(exit_hooks_of_the_initializer_run_in_each_worker_and_in_the_server)
{
    if (cannot_fork())
        return;
    const mailbox hooks;
    auto options = forked(2);
    options.min_workers = 2;
    options.initializer = procpool::task(load_and_tell_at_exit, hooks.path());
    procpool::pool pool(std::move(options));
    pool.async_submit(tell_origin).get(60s); // both workers have been asked for, and are there or will be
    std::set<pid_t> expected;
    for (auto& each : pool.broadcast(tell_origin)) {
        const origin from = each.get(60s);
        expected.insert({from.worker, from.server});
    }
    pool.join();
    std::set<pid_t> told;
    for (int i = 0; i != 3; ++i)
        told.insert(hooks.receive());
    BOOST_TEST((told == expected));
}

BOOST_AUTO_TEST_CASE(many_workers_are_forked_from_a_large_host_with_threads)
{
    if (cannot_fork())
        return;
    const std::vector<char> resident(std::size_t{256} * 1024 * 1024, 'x');
    std::jthread busy([](const std::stop_token& stop) {
        while (!stop.stop_requested())
            std::this_thread::yield();
    });
    auto options = forked(24);
    options.min_workers = 24;
    procpool::pool pool(std::move(options));
    std::vector<procpool::future<origin>> origins;
    for (int i = 0; i != 200; ++i)
        origins.push_back(pool.async_submit(tell_origin));
    for (auto& each : origins)
        BOOST_TEST(each.get(60s).parent == ::getpid());
    BOOST_TEST(eventually([&] { return pool.stats().ready == 24; }));
}

BOOST_AUTO_TEST_CASE(big_payloads_reach_forked_workers)
{
    if (cannot_fork())
        return;
    procpool::pool pool(forked(2));
    const std::vector<int> big(1'000'000, 7);
    for (int i = 0; i != 4; ++i)
        BOOST_TEST((pool.async_submit([](const std::vector<int>& all) { return all; }, big).get(60s) == big));
}

BOOST_AUTO_TEST_CASE(a_start_that_fails_is_tried_again)
{
    if (cannot_fork())
        return;
    using procpool::fault_point;
    for (const auto point : {fault_point::spawn, fault_point::pidfd_open, fault_point::memfd_create, fault_point::pipe2,
                             fault_point::before_ready}) {
        auto options = forked(1);
        options.faults = {{.at = point, .worker = 1}};
        procpool::pool pool(std::move(options));
        BOOST_TEST(pool.async_submit(tell_origin).get(60s).parent == ::getpid());
        BOOST_TEST(pool.stats().started_workers == 1u);
    }
}

BOOST_AUTO_TEST_CASE(a_pool_can_be_destroyed_at_any_moment_of_a_start)
{
    if (cannot_fork())
        return;
    for (int steps = 0; steps != 60; ++steps) {
        boost::asio::io_context context;
        procpool::pool pool(context, forked(3));
        for (int i = 0; i != 3; ++i)
            pool.async_submit(tell_origin, [](const std::exception_ptr&, const origin&) {});
        for (int i = 0; i != steps; ++i)
            context.run_one_for(1ms);
        if (steps % 2 == 0) {
            pool.terminate();
            context.run();
        }
    }
}

BOOST_AUTO_TEST_CASE(who_gives_up_does_not_wait_for_the_initializer)
{
    if (cannot_fork())
        return;
    boost::asio::io_context context;
    boost::asio::cancellation_signal give_up;
    bool is_told = false;
    procpool::pool pool(context,
                        {.workers = 1, .start = start_method::forkserver, .initializer = procpool::task(hang)});
    pool.async_submit(tell_origin, boost::asio::bind_cancellation_slot(
                                       give_up.slot(), [&](const std::exception_ptr& failure, const origin&) {
                                           BOOST_TEST(code_of(failure) == boost::asio::error::operation_aborted);
                                           is_told = true;
                                       }));
    context.poll();
    give_up.emit(boost::asio::cancellation_type::terminal);
    pool.close();
    context.run();
    BOOST_TEST(is_told);
}

BOOST_AUTO_TEST_SUITE_END()
