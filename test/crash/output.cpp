// SPDX-License-Identifier: BSL-1.0
// Where what workers write to stdout and stderr goes.
#include "support/pool_on_loop.hpp"
#include "support/processes.hpp"
#include "support/skip.hpp"

#include <procpool.hpp>

#include <boost/test/unit_test.hpp>

#include <cassert>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <mutex>
#include <set>
#include <sys/resource.h>
#include <unistd.h>

namespace {

using namespace procpool::test;
using namespace std::chrono_literals;
using procpool::output;
using procpool::output_line;
using procpool::output_stream;
namespace fs = std::filesystem;

/// Another file behind a descriptor of this process, while it lives.
class replaced_descriptor {
public:
    replaced_descriptor(int fd, int by) : fd_(fd), before_(::fcntl(fd, F_DUPFD_CLOEXEC, 3)) { ::dup2(by, fd); }
    replaced_descriptor(const replaced_descriptor&) = delete;
    replaced_descriptor& operator=(const replaced_descriptor&) = delete;
    ~replaced_descriptor()
    {
        ::dup2(before_, fd_);
        ::close(before_);
    }

private:
    int fd_;
    int before_;
};

/// A pipe for what this process prints.
class host_pipe {
public:
    host_pipe() { BOOST_TEST_REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0); }
    host_pipe(const host_pipe&) = delete;
    host_pipe& operator=(const host_pipe&) = delete;
    ~host_pipe()
    {
        close_read_end();
        ::close(ends_[1]);
    }

    int write_end() const { return ends_[1]; }
    void fill() const
    {
        ::fcntl(ends_[1], F_SETFL, O_NONBLOCK);
        const std::string text(4096, '-');
        while (::write(ends_[1], text.data(), text.size()) > 0) {
        }
        ::fcntl(ends_[1], F_SETFL, 0);
    }
    std::string read_some() const
    {
        std::string text(65536, '\0');
        text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::read(ends_[0], text.data(), text.size()))));
        return text;
    }
    void close_read_end()
    {
        if (ends_[0] >= 0)
            ::close(ends_[0]);
        ends_[0] = -1;
    }

private:
    std::array<int, 2> ends_{-1, -1};
};

/// A file for what this process prints.
class host_file {
public:
    host_file() : fd_(::open(path().c_str(), O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0600)) {}
    host_file(const host_file&) = delete;
    host_file& operator=(const host_file&) = delete;
    ~host_file() { ::close(fd_); }

    std::string path() const { return directory_ / "printed"; }
    int fd() const { return fd_; }
    std::vector<std::string> lines() const
    {
        std::ifstream file(path());
        std::vector<std::string> all;
        for (std::string line; std::getline(file, line);)
            all.push_back(line);
        return all;
    }

private:
    temporary_directory directory_;
    int fd_;
};

/// Lines that a pool has captured. Thread-safe.
class captured_lines {
public:
    void operator()(const output_line& line)
    {
        const std::scoped_lock lock(mutex_);
        lines_.push_back(line);
    }
    std::vector<output_line> all() const
    {
        const std::scoped_lock lock(mutex_);
        return lines_;
    }
    /// Options of a pool that captures both streams into this.
    procpool::pool_options options(std::size_t workers = 1)
    {
        return {.workers = workers,
                .worker = {.stdout_to = output::capture,
                           .stderr_to = output::capture,
                           .on_output = [this](const output_line& line) { (*this)(line); }}};
    }

private:
    mutable std::mutex mutex_;
    std::vector<output_line> lines_;
};

int print(const std::string& text)
{
    std::cout << text << std::flush;
    return ::getpid();
}

void complain(const std::string& text)
{
    std::cerr << text;
}

/// In pieces, so that those of several workers would mix.
void complain_in_pieces(int who, int count)
{
    for (int i = 0; i != count; ++i) {
        std::fprintf(stderr, "worker %d says %d ", who, i);
        std::fprintf(stderr, "and that is all\n");
    }
}

std::string behind(int fd)
{
    return fs::read_symlink("/proc/self/fd/" + std::to_string(fd)).string();
}

std::vector<std::string> texts_of(const std::vector<output_line>& lines)
{
    std::vector<std::string> texts;
    for (const auto& line : lines)
        texts.push_back(line.text);
    return texts;
}

template <class... Args>
procpool::crash_report report_of(procpool::pool& pool, Args&&... submission)
{
    try {
        pool.async_submit(std::forward<Args>(submission)...).get(60s);
    } catch (const procpool::worker_crashed& crash) {
        return crash.report();
    }
    BOOST_FAIL("the task has not crashed");
    return {};
}

using strings = std::vector<std::string>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_output, nothing_left_behind)

BOOST_AUTO_TEST_CASE(what_is_discarded_goes_to_dev_null)
{
    procpool::pool pool({.workers = 1, .worker = {.stdout_to = output::discard, .stderr_to = output::discard}});
    BOOST_TEST(pool.async_submit(behind, 1).get(60s) == "/dev/null");
    BOOST_TEST(pool.async_submit(behind, 2).get(60s) == "/dev/null");
}

BOOST_AUTO_TEST_CASE(what_is_inherited_is_this_processs_own)
{
    procpool::pool pool({.workers = 1, .worker = {.stderr_to = output::inherit}});
    BOOST_TEST(pool.async_submit(behind, 1).get(60s) == behind(1));
    BOOST_TEST(pool.async_submit(behind, 2).get(60s) == behind(2));
}

BOOST_AUTO_TEST_CASE(relayed_lines_of_several_workers_never_mix)
{
    const host_file stderr_file;
    {
        const replaced_descriptor replaced(2, stderr_file.fd());
        procpool::pool pool({.workers = 4});
        for (int who = 0; who != 40; ++who)
            pool.async_submit(complain_in_pieces, who, 100);
        pool.join();
    }
    std::set<std::string> expected;
    for (int who = 0; who != 40; ++who)
        for (int i = 0; i != 100; ++i)
            expected.insert("worker " + std::to_string(who) + " says " + std::to_string(i) + " and that is all");
    const auto lines = stderr_file.lines();
    BOOST_TEST(lines.size() == 4000u);
    BOOST_TEST((std::set(lines.begin(), lines.end()) == expected));
}

BOOST_AUTO_TEST_CASE(stdout_is_relayed_to_stdout)
{
    const host_file stdout_file;
    {
        const replaced_descriptor replaced(1, stdout_file.fd());
        procpool::pool pool({.workers = 1, .worker = {.stdout_to = output::relay}});
        pool.async_submit(print, "one\ntwo").get(60s);
        pool.join();
    }
    BOOST_TEST(stdout_file.lines() == (strings{"one", "two"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_reader_of_stderr_that_does_not_read_delays_no_task_of_others)
{
    const host_pipe stderr_pipe;
    const replaced_descriptor replaced(2, stderr_pipe.write_end());
    stderr_pipe.fill();
    procpool::pool pool({.workers = 2});
    constexpr std::size_t size = 2'000'000;
    auto chatty = pool.async_submit(complain, std::string(size, 'x') + "\n");
    for (int i = 0; i != 200; ++i)
        BOOST_TEST(pool.async_submit(::getpid).get(60s) > 0);
    BOOST_TEST(!chatty.ready()); // it waits in write(2): a bound on what is stored here
    std::size_t read = 0;
    while (read < size)
        for (const char c : stderr_pipe.read_some())
            read += c == 'x';
    chatty.get(60s);
    BOOST_TEST(read == size);
}

BOOST_AUTO_TEST_CASE(a_stderr_that_nobody_can_read_costs_the_lines_and_nothing_else)
{
    host_pipe stderr_pipe;
    const replaced_descriptor replaced(2, stderr_pipe.write_end());
    stderr_pipe.close_read_end();
    procpool::pool pool({.workers = 1});
    pool.async_submit(complain, std::string(1'000'000, '\n')).get(60s); // SIGPIPE would end this process
    BOOST_TEST(pool.async_submit(::getpid).get(60s) > 0);
}

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

BOOST_AUTO_TEST_CASE(a_crash_report_has_the_last_lines)
{
    captured_lines lines;
    const host_file stderr_file;
    const replaced_descriptor replaced(2, stderr_file.fd());
    procpool::pool relaying({.workers = 1});
    procpool::pool capturing(lines.options());
    const auto complain_and_abort = [](int count) {
        for (int i = 0; i != count; ++i)
            complain("line " + std::to_string(i) + "\n");
        complain("the last one");
        std::abort();
    };
    for (auto* pool : {&relaying, &capturing})
        BOOST_TEST(report_of(*pool, complain_and_abort, 2).last_lines == (strings{"line 0", "line 1", "the last one"}),
                   boost::test_tools::per_element());
    const auto many = report_of(relaying, complain_and_abort, 1000).last_lines;
    BOOST_TEST(many.size() == 10u);
    BOOST_TEST(many.front() == "line 991");
}

BOOST_AUTO_TEST_CASE(a_failed_assertion_and_an_uncaught_exception_are_among_the_last_lines)
{
    const host_file stderr_file;
    const replaced_descriptor replaced(2, stderr_file.fd());
    procpool::pool pool({.workers = 1});
    const auto fail = [] { __assert_fail("count == 3", "file.cpp", 17, "void f()"); };
    BOOST_TEST(report_of(pool, fail).str().find("count == 3") != std::string::npos);
    const auto throw_in_a_thread = [] { std::thread([] { throw std::runtime_error("nobody cares"); }).join(); };
    BOOST_TEST(report_of(pool, throw_in_a_thread).str().find("nobody cares") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
