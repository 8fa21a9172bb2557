// SPDX-License-Identifier: BSL-1.0
#include "support/ledger.hpp"
#include "support/processes.hpp"
#include "support/skip.hpp"

#include <procpool.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

using namespace procpool::test;
using namespace std::chrono_literals;
using procpool::worker_crashed;

int own_pid()
{
    return ::getpid();
}

void exit_at_once()
{
    ::_exit(0);
}

void exit_with_three()
{
    std::exit(3);
}

void call_abort()
{
    std::abort();
}

void write_to_nowhere()
{
    *reinterpret_cast<volatile int*>(64) = 1;
}

int use_up_the_stack(int depth)
{
    volatile char page[4096]; // NOLINT(modernize-avoid-c-arrays): std::array has no volatile elements
    page[0] = static_cast<char>(depth);
    return depth < 0 ? 0 : use_up_the_stack(depth + 1) + page[0];
}

void overflow_the_stack()
{
    use_up_the_stack(1);
}

void throw_where_none_may() noexcept
{
    const std::vector<int> none;
    static_cast<void>(none.at(0));
}

/// Returns as soon as another process, that is not of this one's group, traces this one; then it holds the zombie for a
/// moment. False: nobody may trace here.
bool be_traced()
{
    const pid_t traced = ::getpid();
    std::array<int, 2> told{};
    if (::pipe2(told.data(), O_CLOEXEC) != 0)
        return false;
    ::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
    if (::fork() == 0) {
        ::setsid();
        const bool traces = ::ptrace(PTRACE_SEIZE, traced, nullptr, nullptr) == 0;
        siginfo_t ended{};
        if (::write(told[1], &traces, 1) != 1 || !traces ||
            ::waitid(P_PID, static_cast<id_t>(traced), &ended, WEXITED | WNOWAIT) != 0)
            ::_exit(1);
        std::this_thread::sleep_for(100ms);
        ::_exit(0);
    }
    bool is_traced = false;
    const bool answered = ::read(told[0], &is_traced, 1) == 1;
    return answered && is_traced;
}

bool die_traced()
{
    return be_traced() && ::raise(SIGKILL) == 0;
}

void signal_oneself(int signal)
{
    ::raise(signal);
}

struct death {
    const char* name;
    procpool::task<void> task;
    std::optional<int> code;
    std::optional<int> signal;
};

std::vector<death> deaths()
{
    return {{"_exit(0)", procpool::task(exit_at_once), 0, {}},
            {"std::exit(3)", procpool::task(exit_with_three), 3, {}},
            {"abort", procpool::task(call_abort), {}, SIGABRT},
            {"a wild pointer", procpool::task(write_to_nowhere), {}, SIGSEGV},
            {"a stack overflow", procpool::task(overflow_the_stack), {}, SIGSEGV},
            {"a throw in a noexcept function", procpool::task(throw_where_none_may), {}, SIGABRT},
            {"SIGKILL", procpool::task(signal_oneself, SIGKILL), {}, SIGKILL},
            {"SIGTERM", procpool::task(signal_oneself, SIGTERM), {}, SIGTERM}};
}

template <class Future>
std::optional<worker_crashed> crash_of(Future&& future)
{
    try {
        future.get(60s);
    } catch (const worker_crashed& crash) {
        return crash;
    }
    return {};
}

template <class Future>
boost::system::error_code error_of(Future&& future)
{
    try {
        future.get(60s);
    } catch (const boost::system::system_error& error) {
        return error.code();
    }
    return {};
}

void tell_and_wait(const std::string& mailbox_path)
{
    tell(mailbox_path, own_pid());
    for (;;)
        ::pause();
}

std::string more_than_a_pipe_holds(const std::string& mailbox_path)
{
    tell(mailbox_path, own_pid());
    return std::string(1'000'000, 'x');
}

/// Everything that a pipe's reader has not read, seen through another process's descriptor.
int unread_bytes(pid_t process, int fd)
{
    const std::string name = "/proc/" + std::to_string(process) + "/fd/" + std::to_string(fd);
    const int pipe = ::open(name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    int count = -1;
    ::ioctl(pipe, FIONREAD, &count);
    ::close(pipe);
    return count;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_worker_dies, nothing_left_behind)

BOOST_AUTO_TEST_CASE(each_way_to_die_is_reported_with_pid_and_status_and_the_pool_goes_on)
{
    procpool::pool pool({.workers = 1});
    for (const death& each : deaths()) {
        BOOST_TEST_CONTEXT(each.name)
        {
            const int pid = pool.async_submit(own_pid).get();
            const auto crash = crash_of(pool.async_submit(each.task));
            BOOST_TEST_REQUIRE(crash.has_value());
            BOOST_TEST(crash->pid() == pid);
            BOOST_TEST((crash->status().code == each.code));
            BOOST_TEST((crash->status().signal == each.signal));
            BOOST_TEST(pool.async_submit(own_pid).get(60s) != pid);
        }
    }
    pool.join();
    BOOST_TEST(pool.stats().crashed_workers == deaths().size());
    BOOST_TEST(pool.stats().failed == deaths().size());
}

BOOST_AUTO_TEST_CASE(a_worker_killed_while_idle_is_replaced_and_costs_no_task)
{
    procpool::pool pool({.workers = 1});
    for (int round = 0; round != 20; ++round) {
        const watched_process worker(pool.async_submit(own_pid).get(60s));
        worker.kill(SIGKILL);
        BOOST_TEST(pool.async_submit(own_pid).get(60s) > 0); // may be sent to the dead worker, but not run there
        BOOST_TEST(worker.ends());
    }
}

BOOST_AUTO_TEST_CASE(a_worker_killed_in_mid_task_fails_that_task_alone)
{
    const mailbox started;
    procpool::pool pool({.workers = 1});
    auto victim = pool.async_submit(tell_and_wait, started.path());
    auto behind = pool.async_submit(own_pid);
    const int pid = started.receive();
    watched_process(pid).kill(SIGKILL);
    const auto crash = crash_of(victim);
    BOOST_TEST_REQUIRE(crash.has_value());
    BOOST_TEST(crash->pid() == pid);
    BOOST_TEST(crash->status().signal.value() == SIGKILL);
    BOOST_TEST(behind.get(60s) != pid);
}

BOOST_AUTO_TEST_CASE(a_worker_killed_while_it_writes_a_result_fails_that_task_alone)
{
    const mailbox started;
    boost::asio::io_context context;
    // It can make no memory to show its result in, which therefore goes through the pipe.
    procpool::pool pool(context, {.workers = 1, .worker = {.limits = {.file_size = 4096}}});
    auto victim = pool.async_submit(more_than_a_pipe_holds, started.path());
    auto behind = pool.async_submit(own_pid);
    while (started.is_empty())
        context.run_one_for(10ms);
    const int pid = started.receive();
    BOOST_TEST_REQUIRE(eventually([&] { return unread_bytes(pid, 4) == 65536; })); // nobody reads: context stands still
    watched_process(pid).kill(SIGKILL);
    while (!victim.ready() || !behind.ready())
        context.run_one();
    BOOST_TEST(crash_of(victim).has_value());
    BOOST_TEST(behind.get() != pid);
    pool.terminate();
    context.run();
}

BOOST_AUTO_TEST_CASE(the_time_of_a_task_begins_when_the_answer_before_it_has_left)
{
    const mailbox started;
    boost::asio::io_context context;
    procpool::pool pool(context, {.workers = 1, .worker = {.limits = {.file_size = 4096}}});
    const auto end_of_its_time = [] { return procpool::this_task::deadline()->time_since_epoch(); };
    auto before = pool.async_submit(more_than_a_pipe_holds, started.path());
    auto timed = pool.async_submit({.timeout = 1h}, end_of_its_time);
    while (started.is_empty())
        context.run_one_for(10ms);
    const int pid = started.receive();
    BOOST_TEST_REQUIRE(eventually([&] { return unread_bytes(pid, 4) == 65536; })); // nobody reads: context stands still
    const auto goes_on = std::chrono::steady_clock::now();
    while (!timed.ready())
        context.run_one();
    BOOST_TEST((timed.get() >= goes_on.time_since_epoch() + 1h));
    pool.terminate();
    context.run();
}

BOOST_AUTO_TEST_CASE(of_many_short_tasks_sent_ahead_only_the_victims_fail_and_each_runs_once)
{
    constexpr std::size_t count = 20'000;
    const auto is_victim = [](std::size_t i) { return i % 1'000 == 999; };
    const temporary_directory directory;
    const std::string file = directory / "ledger";
    const ledger runs(file, count);
    procpool::pool pool({.workers = 2});
    std::vector<procpool::future<void>> outcomes;
    for (std::size_t i = 0; i != count; ++i)
        outcomes.push_back(pool.async_submit(
            [](const std::string& ledger_file, std::size_t entry, bool dies) {
                note(ledger_file, entry);
                if (dies)
                    ::raise(SIGKILL);
            },
            file, i, is_victim(i)));
    std::size_t wrong = 0;
    for (std::size_t i = 0; i != count; ++i)
        wrong += crash_of(outcomes[i]).has_value() != is_victim(i) || runs.count(i) != 1;
    BOOST_TEST(wrong == 0u);
}

BOOST_AUTO_TEST_CASE(answers_held_back_by_a_worker_do_not_wait_for_the_slow_task_behind_them)
{
    const mailbox gate;
    procpool::pool pool({.workers = 1});
    for (int i = 0; i != 1'000; ++i)
        pool.async_submit(own_pid); // so many short ones that the pool sends ahead and lets answers be held back
    std::vector<procpool::future<int>> fast;
    for (int i = 0; i != 30; ++i)
        fast.push_back(pool.async_submit(own_pid));
    auto slow = pool.async_submit(hear, gate.path());
    for (auto& each : fast)
        BOOST_TEST(each.get(60s) > 0);
    BOOST_TEST(!slow.ready());
    tell(gate.path(), 7);
    BOOST_TEST(slow.get(60s) == 7);
}

BOOST_AUTO_TEST_CASE(a_stopped_worker_is_killed_when_its_tasks_time_is_over)
{
    procpool::pool pool({.workers = 1});
    const int pid = pool.async_submit(own_pid).get();
    BOOST_TEST((error_of(pool.async_submit({.timeout = 50ms}, signal_oneself, SIGSTOP)) == procpool::errc::timed_out));
    BOOST_TEST(pool.async_submit(own_pid).get(60s) != pid);
}

BOOST_AUTO_TEST_CASE(a_task_that_closes_the_channel_loses_its_worker_and_nothing_else)
{
    procpool::pool pool({.workers = 1});
    const auto close_answers = [] {
        ::close(4);
        for (;;)
            ::pause();
    };
    BOOST_TEST(crash_of(pool.async_submit(close_answers)).has_value());
    const auto close_tasks = [] { return ::close(3); };
    BOOST_TEST(pool.async_submit(close_tasks).get(60s) == 0); // it had answered
    BOOST_TEST(pool.async_submit(own_pid).get(60s) > 0);
}

BOOST_AUTO_TEST_CASE(a_task_that_writes_into_the_channel_gets_a_protocol_error)
{
    procpool::pool pool({.workers = 1});
    const auto write_noise = [] {
        const std::string noise(4096, '\xee');
        if (::write(4, noise.data(), noise.size()) < 0)
            return;
        for (;;)
            ::pause();
    };
    BOOST_TEST((error_of(pool.async_submit(write_noise)) == procpool::errc::protocol_error));
    BOOST_TEST(pool.async_submit(own_pid).get(60s) > 0);
}

BOOST_AUTO_TEST_CASE(a_copy_made_by_a_task_that_forks_and_returns_answers_nothing)
{
    procpool::pool pool({.workers = 1});
    const auto fork_and_return = [] {
        const pid_t copy = ::fork();
        int status = -1;
        if (copy > 0)
            ::waitpid(copy, &status, 0);
        return status;
    };
    const int pid = pool.async_submit(own_pid).get();
    for (int round = 0; round != 10; ++round)
        BOOST_TEST(pool.async_submit(fork_and_return).get(60s) == 0); // the copy has left, quietly
    BOOST_TEST(pool.async_submit(own_pid).get(60s) == pid);
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_traced_as_it_dies_is_reported_and_reaped_as_any_other)
{
    procpool::pool pool({.workers = 1});
    auto victim = pool.async_submit(die_traced);
    const auto crash = crash_of(victim);
    if (!crash)
        return skip("nobody may trace here");
    BOOST_TEST((crash->status().signal == SIGKILL));
    BOOST_TEST(pool.async_submit(own_pid).get(60s) > 0);
}

BOOST_AUTO_TEST_CASE(a_process_that_a_task_left_behind_neither_delays_the_report_nor_survives_it)
{
    const mailbox left_behind;
    procpool::pool pool({.workers = 1});
    const auto leave_behind = [](const std::string& mailbox_path) {
        tell(mailbox_path, own_pid());
        if (::fork() == 0)
            tell_and_wait(mailbox_path); // with the worker's pipes open
        if (::fork() == 0) {
            tell(mailbox_path, own_pid());
            ::execl("/bin/sleep", "sleep", "1000", nullptr);
        }
        tell_and_wait(mailbox_path);
    };
    auto victim = pool.async_submit(leave_behind, left_behind.path());
    const watched_process worker(left_behind.receive());
    std::vector<watched_process> others; // the worker itself once more, in whatever order
    for (int i = 0; i != 3; ++i)
        others.emplace_back(left_behind.receive());
    worker.kill(SIGKILL);
    BOOST_TEST(crash_of(victim).has_value());
    for (const auto& each : others)
        BOOST_TEST(each.ends());
    BOOST_TEST(pool.async_submit(own_pid).get(60s) > 0);
}

BOOST_AUTO_TEST_SUITE_END()
