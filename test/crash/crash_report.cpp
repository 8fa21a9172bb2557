// SPDX-License-Identifier: BSL-1.0
// What worker_crashed tells about the end of a worker.
#include "support/processes.hpp"

#include <procpool.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <future>
#include <link.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#define NO_CHECKS __attribute__((noinline, no_sanitize("address", "undefined", "thread")))

namespace {

using namespace procpool::test;
using namespace std::chrono_literals;
using procpool::crash_report;

NO_CHECKS void write_to_nowhere()
{
    *reinterpret_cast<volatile int*>(64) = 1;
}

NO_CHECKS void call_nothing()
{
    void (*volatile nothing)() = nullptr;
    nothing();
    spin(1); // else the call would be the caller's
}

NO_CHECKS int use_up_the_stack(int depth)
{
    volatile char page[4096]; // NOLINT(modernize-avoid-c-arrays): std::array has no volatile elements
    page[0] = static_cast<char>(depth);
    return depth < 0 ? 0 : use_up_the_stack(depth + 1) + page[0];
}

NO_CHECKS void call_abort()
{
    std::abort();
}

/// The frames above have no way back after this.
NO_CHECKS void ruin_the_stack()
{
    auto* const frame = static_cast<volatile unsigned char*>(__builtin_frame_address(0));
    for (int i = 0; i != 512; ++i)
        frame[i] = 0x11;
    write_to_nowhere();
}

void crash_in_a_thread()
{
    std::thread([] { write_to_nowhere(); }).join();
}

void crash_while_the_loader_is_locked()
{
    ::dl_iterate_phdr(
        [](dl_phdr_info*, std::size_t, void*) {
            write_to_nowhere();
            return 0;
        },
        nullptr);
}

void crash_in_two_threads()
{
    std::thread other([] { write_to_nowhere(); });
    write_to_nowhere();
    other.join();
}

void crash_after_a_forked_child_has_crashed()
{
    if (::fork() == 0)
        call_abort();
    int status = 0;
    ::wait(&status);
    write_to_nowhere();
}

void use_processor(std::chrono::milliseconds time)
{
    while (std::clock() < time.count() * CLOCKS_PER_SEC / 1000)
        spin(1000);
}

void use_memory_and_abort(std::size_t size)
{
    std::vector<char> memory(size);
    std::memset(memory.data(), 1, memory.size());
    asm volatile("" : : "r"(memory.data()) : "memory"); // somebody may read it
    std::abort();
}

void tell_and_wait(const std::string& mailbox)
{
    tell(mailbox, ::getpid());
    for (;;)
        ::pause();
}

void leave_with_42(int)
{
    ::_exit(42);
}

template <class Future>
crash_report report_from(Future&& future)
{
    try {
        future.get(60s);
    } catch (const procpool::worker_crashed& crash) {
        BOOST_TEST(crash.what() == crash.report().summary());
        return crash.report();
    }
    BOOST_FAIL("the task has not crashed");
    return {};
}

template <class... Args>
crash_report report_of(Args&&... submission)
{
    procpool::pool pool({.workers = 1});
    return report_from(pool.async_submit(std::forward<Args>(submission)...));
}

/// Of a program that is small, so that addr2line is done with it long before symbolized() gives up.
crash_report report_of_a_small_program()
{
    procpool::pool pool({.workers = 1, .executable = helper_program("named_tasks")});
    return report_from(pool.async_submit(procpool::named_task<void()>("write_to_nowhere")));
}

bool names(const crash_report& report, const std::string& function)
{
    const auto named = report.symbolized();
    return std::ranges::any_of(named.stack, [&](const procpool::stack_frame& frame) {
        return frame.function.find(function) != std::string::npos;
    });
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_crash_report, nothing_left_behind)

BOOST_AUTO_TEST_CASE(a_wild_pointer_is_reported_with_its_address_and_the_function_that_used_it)
{
    const auto report = report_of(write_to_nowhere);
    BOOST_TEST(report.status.signal.value() == SIGSEGV);
    BOOST_TEST(report.signal_code.value() == SEGV_MAPERR);
    BOOST_TEST(report.fault_address.value() == 64u);
    BOOST_TEST(names(report, "write_to_nowhere"), report.str());
    BOOST_TEST(report.symbolized().stack.front().file.ends_with("crash_report.cpp"));
    BOOST_TEST(report.symbolized().stack.front().line > 0u);
    BOOST_TEST(report.str().find(report.stack.front().module) != std::string::npos);
    BOOST_TEST(!report.stack_overflow);
    BOOST_TEST(!report.killed_by_pool);
}

BOOST_AUTO_TEST_CASE(a_named_report_shows_the_tasks_own_frames_and_counts_those_of_procpool)
{
    const std::string text = report_of_a_small_program().symbolized().str();
    BOOST_TEST(text.find("::write_to_nowhere() at ") != std::string::npos, text);
    BOOST_TEST(text.find("::call_write_to_nowhere() at ") != std::string::npos, text);
    BOOST_TEST(text.find(" frames of procpool\n") != std::string::npos, text);
    BOOST_TEST(text.find("procpool::") == std::string::npos, text);
    BOOST_TEST(text.find("std::") == std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(names_are_found_while_the_loop_goes_on)
{
    const auto report = report_of_a_small_program();
    const auto expected = report.symbolized();
    boost::asio::io_context context;
    auto named = boost::asio::co_spawn(
        context, [&]() -> boost::asio::awaitable<crash_report> { co_return co_await report.async_symbolized(); },
        boost::asio::use_future);
    std::jthread loop([&] { context.run(); });
    BOOST_TEST((named.get() == expected));
    std::promise<std::thread::id> called_on;
    report.async_symbolized([&](const std::exception_ptr& failure, const crash_report& found) {
        BOOST_TEST(!failure);
        BOOST_TEST((found == expected));
        called_on.set_value(std::this_thread::get_id());
    });
    BOOST_TEST((called_on.get_future().get() != std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(who_was_killed_by_its_pool_is_reported_so)
{
    const mailbox begun;
    procpool::pool pool({.workers = 1});
    auto killed = pool.async_submit(tell_and_wait, begun.path());
    begun.receive();
    pool.kill_workers();
    const auto report = report_from(std::move(killed));
    BOOST_TEST(report.killed_by_pool);
    BOOST_TEST(report.summary().find(", which its pool sent, while it ran task 1") != std::string::npos);
    BOOST_TEST(!report_of([] { ::raise(SIGKILL); }).killed_by_pool);
}

BOOST_AUTO_TEST_CASE(a_call_through_a_null_pointer_is_reported_with_its_caller)
{
    const auto report = report_of(call_nothing);
    BOOST_TEST(report.fault_address.value() == 0u);
    BOOST_TEST(report.stack.front().address == 0u);
    BOOST_TEST(report.stack.front().module.empty());
    BOOST_TEST(names(report, "call_nothing"), report.symbolized().str());
}

BOOST_AUTO_TEST_CASE(a_full_stack_is_reported_with_its_innermost_frames)
{
    const auto report = report_of(use_up_the_stack, 1);
    BOOST_TEST(report.status.signal.value() == SIGSEGV);
    BOOST_TEST(report.stack.size() == 64u);
    BOOST_TEST(names(report, "use_up_the_stack"));
    BOOST_TEST(report.stack_overflow);
    BOOST_TEST(report.summary().find(" (stack overflow)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(abort_is_reported_with_its_caller_and_without_an_address)
{
    const auto report = report_of(call_abort);
    BOOST_TEST(report.status.signal.value() == SIGABRT);
    BOOST_TEST(!report.fault_address.has_value());
    BOOST_TEST(names(report, "call_abort"), report.symbolized().str());
}

BOOST_AUTO_TEST_CASE(a_crash_in_another_thread_is_reported_with_that_threads_stack)
{
    BOOST_TEST(names(report_of(crash_in_a_thread), "write_to_nowhere"));
}

BOOST_AUTO_TEST_CASE(a_crash_under_the_loaders_lock_is_reported)
{
    BOOST_TEST(names(report_of(crash_while_the_loader_is_locked), "crash_while_the_loader_is_locked"));
}

BOOST_AUTO_TEST_CASE(two_threads_that_crash_at_once_make_one_report)
{
    const auto report = report_of(crash_in_two_threads);
    BOOST_TEST(report.status.signal.value() == SIGSEGV);
    BOOST_TEST(names(report, "write_to_nowhere"));
}

BOOST_AUTO_TEST_CASE(a_ruined_stack_costs_the_outer_frames_and_nothing_else)
{
    const auto report = report_of(ruin_the_stack);
    BOOST_TEST(report.status.signal.value() == SIGSEGV);
    BOOST_TEST(report.fault_address.value() == 64u);
    BOOST_TEST(names(report, "write_to_nowhere"), report.symbolized().str());
}

BOOST_AUTO_TEST_CASE(a_process_that_a_task_has_forked_leaves_no_words_of_its_own)
{
    const auto report = report_of(crash_after_a_forked_child_has_crashed);
    BOOST_TEST(report.status.signal.value() == SIGSEGV);
    BOOST_TEST(!names(report, "call_abort"));
    BOOST_TEST(names(report, "write_to_nowhere"));
}

BOOST_AUTO_TEST_CASE(who_exits_or_is_killed_leaves_no_stack)
{
    const auto exited = report_of([] { ::_exit(3); });
    BOOST_TEST(exited.status.code.value() == 3);
    BOOST_TEST(exited.stack.empty());
    const auto killed = report_of([] { ::raise(SIGKILL); });
    BOOST_TEST(killed.status.signal.value() == SIGKILL);
    BOOST_TEST(killed.stack.empty());
    BOOST_TEST(!killed.signal_code.has_value());
    BOOST_TEST(!killed.out_of_memory);
}

BOOST_AUTO_TEST_CASE(a_handler_that_the_program_has_set_is_left_alone)
{
    procpool::pool pool({.workers = 1, .initializer = procpool::task([] { std::signal(SIGSEGV, leave_with_42); })});
    const auto report = report_from(pool.async_submit(write_to_nowhere));
    BOOST_TEST(report.status.code.value() == 42);
    BOOST_TEST(report.stack.empty());
}

BOOST_AUTO_TEST_CASE(the_limit_of_core_files_is_the_hosts)
{
    const auto core_limit = [] {
        rlimit limit{};
        ::getrlimit(RLIMIT_CORE, &limit);
        return std::pair(limit.rlim_cur, limit.rlim_max);
    };
    procpool::pool pool({.workers = 1});
    BOOST_TEST((pool.async_submit(core_limit).get(60s) == core_limit()));
}

BOOST_AUTO_TEST_CASE(a_report_says_which_task_ran_by_name_number_and_attempt)
{
    procpool::pool pool({.workers = 1});
    pool.async_submit(spin, 1).get();
    const auto report = report_from(pool.async_submit({.name = "thumbnail"}, call_abort));
    BOOST_TEST(report.worker == 1u);
    BOOST_TEST(report.task == 2u);
    BOOST_TEST(report.task_name == "thumbnail");
    BOOST_TEST(report.attempt == 1u);
    BOOST_TEST(report.summary().ends_with("while it ran task 2 (thumbnail)"));
}

BOOST_AUTO_TEST_CASE(the_name_of_a_task_need_not_outlive_its_submission)
{
    procpool::pool pool({.workers = 1});
    const auto name = [] { return std::string("a name that is too long to be kept in a string object"); };
    auto deferred = pool.async_submit({.name = name()}, call_abort, boost::asio::deferred);
    std::promise<std::string> name_in_report;
    std::move(deferred)([&](const std::exception_ptr& error) {
        try {
            std::rethrow_exception(error);
        } catch (const procpool::worker_crashed& crash) {
            name_in_report.set_value(crash.report().task_name);
        }
    });
    BOOST_TEST(name_in_report.get_future().get() == name());
    BOOST_TEST(report_from(pool.async_submit({.name = name()}, call_abort)).task_name == name());
}

BOOST_AUTO_TEST_CASE(a_named_task_is_called_by_its_registered_name)
{
    procpool::pool pool({.workers = 1, .executable = helper_program("named_tasks")});
    const procpool::named_task<void()> die("die");
    BOOST_TEST(report_from(pool.async_submit(die)).task_name == "die");
    BOOST_TEST(report_from(pool.async_submit({.name = "ours"}, die)).task_name == "ours");
}

BOOST_AUTO_TEST_CASE(a_report_has_run_time_processor_time_and_peak_memory)
{
    const auto spent = report_of([] {
        use_processor(50ms);
        std::abort();
    });
    BOOST_TEST(spent.cpu_time.count() >= std::chrono::nanoseconds(50ms).count());
    BOOST_TEST(spent.run_time.count() > 0);
    constexpr std::size_t size = 100 * 1024 * 1024;
    const auto large = report_of(use_memory_and_abort, size);
    BOOST_TEST(large.peak_memory.value() >= size);
    BOOST_TEST(large.peak_memory.value() < 100 * size);
}

BOOST_AUTO_TEST_CASE(another_build_in_a_modules_place_gives_no_names)
{
    auto report = report_of(write_to_nowhere);
    for (auto& frame : report.stack)
        frame.module = helper_program("named_tasks");
    report = report.symbolized();
    BOOST_TEST(!names(report, "write_to_nowhere") == report.stack.front().module_changed);
    BOOST_TEST(report.str(report.full).find("(the file has changed since)") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
