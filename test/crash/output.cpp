// SPDX-License-Identifier: BSL-1.0
// Where what workers write to stdout and stderr goes.
#include "crash/printing.hpp"
#include "support/gate.hpp"
#include "support/processes.hpp"

#include <procpool.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <iostream>
#include <set>
#include <thread>
#include <unistd.h>

namespace {

using namespace procpool::test;
using namespace std::chrono_literals;
using procpool::output;
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

/// More than a pipe holds, so that a part of the line has been relayed when the gate is reached.
void print_in_two_parts(const std::string& gate_path)
{
    std::cout << std::string(std::size_t{300} * 1024, 'x') << std::flush;
    hold(gate_path);
    std::cout << "\nend\n";
}

bool contains(const strings& lines, const std::string& line)
{
    return std::ranges::find(lines, line) != lines.end();
}

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

BOOST_AUTO_TEST_CASE(a_line_is_whole_beside_one_that_is_too_long_and_goes_on)
{
    const host_file stdout_file;
    {
        const replaced_descriptor replaced(1, stdout_file.fd());
        procpool::pool pool({.workers = 2, .worker = {.stdout_to = output::relay}});
        boost::asio::io_context context;
        gate held(context.get_executor());
        auto long_one = pool.async_submit(print_in_two_parts, held.path());
        held.next();
        pool.async_submit(print, "short\n").get(60s);
        BOOST_TEST(eventually([&] { return contains(stdout_file.lines(), "short"); }));
        held.open();
        long_one.get(60s);
        pool.join();
    }
    BOOST_TEST(contains(stdout_file.lines(), "end"));
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

BOOST_AUTO_TEST_CASE(a_line_that_is_relayed_leaves_when_it_is_printed)
{
    const host_file stdout_file;
    const replaced_descriptor replaced(1, stdout_file.fd());
    procpool::pool pool({.workers = 1, .worker = {.stdout_to = output::relay}});
    const auto print_and_die = [] {
        std::printf("not flushed\n");
        ::raise(SIGKILL);
    };
    BOOST_CHECK_THROW(pool.async_submit(print_and_die).get(60s), procpool::worker_crashed);
    BOOST_TEST(eventually([&] { return stdout_file.lines() == strings{"not flushed"}; }));
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
