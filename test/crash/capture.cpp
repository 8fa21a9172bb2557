// SPDX-License-Identifier: BSL-1.0
// Lines of workers that the host takes itself: output::capture.
#include "crash/printing.hpp"
#include "support/pool_on_loop.hpp"
#include "support/processes.hpp"
#include "support/skip.hpp"

#include <procpool.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <stdexcept>
#include <sys/resource.h>
#include <unistd.h>

namespace {

using namespace procpool::test;
using namespace std::chrono_literals;
using procpool::output;
using procpool::output_line;
using procpool::output_stream;

/// Writes a line behind the mark of a task that is not this worker's: its page tells it how marks look.
void speak_for(std::uint64_t task)
{
    constexpr int page = 6;
    constexpr off_t nonce_at = 8;
    std::uint64_t nonce = 0;
    if (::pread(page, &nonce, sizeof nonce, nonce_at) != sizeof nonce)
        throw std::runtime_error("no nonce");
    std::array<char, 60> line{};
    const int size = std::snprintf(line.data(), line.size(), "%cprocpool %016llx%016llxforged\n", '\0',
                                   static_cast<unsigned long long>(nonce), static_cast<unsigned long long>(task));
    if (::write(STDOUT_FILENO, line.data(), static_cast<std::size_t>(size)) != size)
        throw std::runtime_error("not written");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_capture, nothing_left_behind)

BOOST_AUTO_TEST_CASE(captured_lines_say_whose_they_are)
{
    captured_lines lines;
    procpool::pool pool(lines.options());
    const int pid = pool.async_submit(print, "one\ntwo\n").get(60s);
    pool.async_submit(complain, "three\n").get(60s);
    pool.join();
    const auto all = lines.all();
    BOOST_TEST(texts_of(all) == (strings{"one", "two", "three"}), boost::test_tools::per_element());
    BOOST_TEST_REQUIRE(all.size() == 3u);
    for (const auto& line : all) {
        BOOST_TEST(line.worker == 1u);
        BOOST_TEST(line.pid == pid);
        BOOST_TEST(line.is_whole);
    }
    BOOST_TEST(all[1].task == 1u);
    BOOST_TEST((all[1].stream == output_stream::out));
    BOOST_TEST(all[2].task == 2u);
    BOOST_TEST((all[2].stream == output_stream::err));
}

BOOST_AUTO_TEST_CASE(each_of_many_lines_is_whole_and_belongs_to_its_task)
{
    captured_lines lines;
    constexpr int tasks = 2000;
    {
        procpool::pool pool(lines.options(8));
        for (int i = 1; i <= tasks; ++i)
            pool.async_submit(print, "I am task " + std::to_string(i) + "\nand no other\n");
        pool.join();
    }
    const auto all = lines.all();
    BOOST_TEST(all.size() == 2u * tasks);
    std::size_t wrong = 0;
    for (const auto& line : all)
        wrong += line.text != "I am task " + std::to_string(line.task) && line.text != "and no other";
    BOOST_TEST(wrong == 0u);
}

BOOST_AUTO_TEST_CASE(a_worker_cannot_speak_for_the_task_of_another)
{
    captured_lines lines;
    procpool::pool pool(lines.options());
    constexpr std::uint64_t of_another = 12345;
    pool.async_submit(speak_for, of_another).get(60s);
    pool.async_submit(speak_for, std::uint64_t{2}).get(60s); // its own
    pool.join();
    const auto all = lines.all();
    BOOST_TEST(texts_of(all) == (strings{"forged", "forged"}), boost::test_tools::per_element());
    BOOST_TEST_REQUIRE(all.size() == 2u);
    BOOST_TEST(all[0].task == 0u);
    BOOST_TEST(all[1].task == 2u);
}

BOOST_AUTO_TEST_CASE(the_lines_of_a_task_come_before_its_outcome)
{
    captured_lines lines;
    boost::asio::io_context context;
    procpool::pool pool(context, lines.options(2));
    std::size_t too_early = 0;
    constexpr int tasks = 300;
    for (int i = 1; i <= tasks; ++i)
        pool.async_submit(print, std::to_string(i) + "\n", [&, i](std::exception_ptr, int) {
            const auto texts = texts_of(lines.all());
            too_early += std::ranges::find(texts, std::to_string(i)) == texts.end();
        });
    pool.close();
    context.run();
    BOOST_TEST(too_early == 0u);
    BOOST_TEST(lines.all().size() == tasks + 0u);
}

BOOST_AUTO_TEST_CASE(a_line_without_an_end_comes_when_its_task_ends)
{
    captured_lines lines;
    procpool::pool pool(lines.options());
    pool.async_submit(print, "no newline").get(60s);
    pool.async_submit(print, "whole\n").get(60s);
    pool.join();
    const auto all = lines.all();
    BOOST_TEST(texts_of(all) == (strings{"no newline", "whole"}), boost::test_tools::per_element());
    BOOST_TEST(!all.at(0).is_whole);
    BOOST_TEST(all.at(0).task == 1u);
    BOOST_TEST(all.at(1).is_whole);
}

BOOST_AUTO_TEST_CASE(a_line_of_ten_megabytes_comes_in_parts)
{
    captured_lines lines;
    procpool::pool pool(lines.options());
    constexpr std::size_t size = 10'000'000;
    pool.async_submit(print, std::string(size, 'x') + "\nnext\n").get(60s);
    pool.join();
    std::size_t sum = 0;
    for (const auto& line : lines.all()) {
        BOOST_TEST(line.text.size() <= 65536u);
        BOOST_TEST(line.is_whole == (line.text == "next"));
        sum += line.text.size();
    }
    BOOST_TEST(sum == size + 4);
}

BOOST_AUTO_TEST_CASE(what_a_slow_reader_has_not_taken_waits_in_the_worker)
{
    std::size_t bytes = 0;
    procpool::pool pool({.workers = 1,
                         .worker = {.stdout_to = output::capture,
                                    .on_output = [&](const output_line& line) { bytes += line.text.size() + 1; }}});
    const auto print_much = [](std::size_t count) {
        const std::string line(99, 'x');
        for (std::size_t i = 0; i != count; ++i)
            std::puts(line.c_str());
    };
    const auto resident = [] {
        rusage usage{};
        ::getrusage(RUSAGE_SELF, &usage);
        return usage.ru_maxrss;
    };
    pool.async_submit(print_much, 1'000).get(60s);
    const long before = resident();
    pool.async_submit(print_much, 2'000'000).get(200s);
    if (!is_sanitized)                            // they keep what was freed
        BOOST_TEST(resident() - before < 50'000); // KiB
    pool.join();
    BOOST_TEST(bytes == 200'100'000u);
}

BOOST_AUTO_TEST_CASE(a_process_that_a_task_left_behind_does_not_keep_the_capture_open)
{
    captured_lines lines;
    const mailbox left_behind;
    procpool::pool pool(lines.options());
    const auto leave_behind = [](const std::string& mailbox_path) {
        if (::fork() != 0) {
            print("the worker's\n");
            for (;;)
                ::pause();
        }
        ::setsid();
        tell(mailbox_path, ::getpid());
        for (;;)
            ::pause();
    };
    auto victim = pool.async_submit(leave_behind, left_behind.path());
    const watched_process other(left_behind.receive());
    BOOST_TEST_REQUIRE(eventually([&] { return !lines.all().empty(); }));
    watched_process(lines.all().front().pid).kill(SIGKILL);
    BOOST_CHECK_THROW(victim.get(60s), procpool::worker_crashed);
    pool.join();
    BOOST_TEST(!other.has_ended());
    other.kill(SIGKILL);
    BOOST_TEST(other.ends());
}

BOOST_AUTO_TEST_CASE(what_a_task_puts_in_the_place_of_stdout_holds_nothing_of_ours)
{
    captured_lines lines;
    const host_file file;
    procpool::pool pool(lines.options());
    const auto redirect = [](const std::string& path) {
        ::close(1);
        ::open(path.c_str(), O_WRONLY | O_CREAT, 0600);
    };
    pool.async_submit(redirect, file.path()).get(60s);
    pool.async_submit(print, "into the file\n").get(60s);
    pool.async_submit(print, "and again\n").get(60s);
    BOOST_TEST(file.lines() == (strings{"into the file", "and again"}), boost::test_tools::per_element());
    BOOST_TEST(lines.all().empty());
}

BOOST_AUTO_TEST_CASE(what_on_output_throws_leaves_through_run_and_the_rest_is_delivered)
{
    boost::asio::io_context context;
    strings seen;
    procpool::pool pool(
        context, {.workers = 1, .worker = {.stdout_to = output::capture, .on_output = [&](const output_line& line) {
                                               seen.push_back(line.text);
                                               if (line.text == "two")
                                                   throw std::runtime_error("two");
                                           }}});
    auto outcome = pool.async_submit(print, "one\ntwo\nthree\n");
    pool.close();
    BOOST_CHECK_THROW(context.run(), std::runtime_error);
    context.run();
    BOOST_TEST(seen == (strings{"one", "two", "three"}), boost::test_tools::per_element());
    BOOST_TEST(outcome.get() > 0);
}

BOOST_AUTO_TEST_CASE(capture_without_a_function_is_refused)
{
    const auto make = [] { procpool::pool({.workers = 1, .worker = {.stdout_to = output::capture}}); };
    BOOST_TEST((code_thrown_by(make) == procpool::errc::invalid_option));
}

BOOST_AUTO_TEST_SUITE_END()
