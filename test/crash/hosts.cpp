// SPDX-License-Identifier: BSL-1.0
// Hosts in odd surroundings: a kernel that refuses a system call, a terminal, process numbers that come back.
#include "support/left_behind.hpp"
#include "support/processes.hpp"
#include "support/skip.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace procpool::test;
namespace fs = std::filesystem;

/// A program in the foreground of a terminal of its own.
class in_terminal {
public:
    explicit in_terminal(const std::string& program, const std::string& argument = {})
    {
        pid_ = ::forkpty(&terminal_, nullptr, nullptr, nullptr);
        if (pid_ == 0) {
            ::execl(program.c_str(), program.c_str(), argument.c_str(), nullptr);
            ::_exit(127);
        }
    }
    in_terminal(const in_terminal&) = delete;
    in_terminal& operator=(const in_terminal&) = delete;
    ~in_terminal() { ::close(terminal_); }

    void press_ctrl_c() const { BOOST_TEST(::write(terminal_, "\x03", 1) == 1); }

    /// What it says next: a line, without what the terminal itself adds.
    std::string line() const
    {
        std::string text;
        for (char c = 0; ::read(terminal_, &c, 1) == 1 && c != '\n';)
            if (c != '\r')
                text.push_back(c);
        return text.starts_with("^C") ? text.substr(2) : text;
    }
    int wait() const
    {
        int status = 0;
        ::waitpid(pid_, &status, 0);
        return status;
    }

private:
    int terminal_ = -1;
    pid_t pid_;
};

/// A control group below this process's own, version 1 or 2.
class memory_group {
public:
    explicit memory_group(const char* limit)
    {
        std::ifstream groups("/proc/self/cgroup");
        for (std::string line; std::getline(groups, line);) {
            const auto own = line.substr(line.rfind(':') + 1);
            if (line.find(":memory:") != std::string::npos)
                make("/sys/fs/cgroup/memory", own, "memory.limit_in_bytes", limit);
            else if (line.starts_with("0::"))
                make("/sys/fs/cgroup", own, "memory.max", limit);
        }
    }
    memory_group(const memory_group&) = delete;
    memory_group& operator=(const memory_group&) = delete;
    ~memory_group()
    {
        if (is_limited())
            BOOST_TEST(eventually([&] { return ::rmdir(path_.c_str()) == 0; })); // when the last process has left
    }

    bool is_limited() const { return !path_.empty(); }
    const std::string& path() const { return path_; }

private:
    void make(const fs::path& mount, const std::string& own, const char* file, const char* limit)
    {
        const fs::path mine = mount / fs::path(own).relative_path();
        const fs::path group = (fs::exists(mine) ? mine : mount) / ("procpool-test-" + std::to_string(::getpid()));
        std::error_code error;
        if (is_limited() || !fs::create_directory(group, error))
            return;
        std::ofstream to(group / file, std::ios::in); // it is there, or the group has no such limit
        if (to << limit << std::flush)
            path_ = group;
        else
            ::rmdir(group.c_str());
    }

    std::string path_;
};

constexpr const char* optional_calls[] = {"close_range", "pidfd_send_signal"};
constexpr const char* needed_calls[] = {"pidfd_open", "memfd_create"};

const std::string as_usual = "a task: 7\n"
                             "a crash: crashed\n"
                             "a limit: 1\n"
                             "the next: 7\n"
                             "nothing is left\n";

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_hosts, nothing_left_behind)

BOOST_DATA_TEST_CASE(without_a_call_that_has_a_substitute_everything_is_as_usual, optional_calls)
{
    BOOST_TEST(output_of(helper_program("without_call") + " " + sample) == as_usual);
}

BOOST_DATA_TEST_CASE(without_a_call_that_is_needed_every_task_is_told_so, needed_calls)
{
    const auto output = output_of(helper_program("without_call") + " " + sample);
    const std::string which = sample + std::string(": Function not implemented");
    std::size_t told = 0;
    for (auto at = output.find(which); at != std::string::npos; at = output.find(which, at + 1))
        ++told;
    BOOST_TEST(told == 3u, output); // the task with the limit says false
    BOOST_TEST((sample == needed_calls[1] || output.find("(valgrind)") != std::string::npos), output);
    BOOST_TEST(output.ends_with("nothing is left\n"), output);
}

BOOST_AUTO_TEST_CASE(ctrl_c_reaches_the_host_alone_and_the_second_one_forces_the_end)
{
    const mailbox started;
    const in_terminal host(helper_program("terminal"), started.path());
    const watched_process worker(started.receive());
    host.press_ctrl_c();
    BOOST_TEST(host.line() == "first");
    BOOST_TEST(!worker.has_ended());
    host.press_ctrl_c();
    BOOST_TEST(host.line() == "second");
    BOOST_TEST(host.line() == "cut off");
    BOOST_TEST(host.line() == "shut down");
    BOOST_TEST(host.line() == "the end");
    BOOST_TEST(host.wait() == 0);
    BOOST_TEST(worker.ends());
}

BOOST_AUTO_TEST_CASE(a_task_that_uses_the_terminal_is_told_that_there_is_none_and_is_not_stopped)
{
    const in_terminal host(helper_program("prompt"));
    BOOST_TEST(host.line() == "a worker: no terminal");
    BOOST_TEST(host.line() == "a forked worker: no terminal");
    BOOST_TEST(host.line() == "a process: no terminal");
    BOOST_TEST(host.line() == "the host: a terminal");
    BOOST_TEST(host.wait() == 0);
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_killed_for_memory_is_reported_as_that)
{
    if (is_sanitized)
        return skip("a sanitizer needs more memory than the limit");
    const memory_group group("64M");
    if (!group.is_limited())
        return skip("no memory control group can be made here");
    BOOST_TEST(output_of(helper_program("starved") + " " + group.path()) == "out of memory\n7\n");
}

BOOST_DATA_TEST_CASE(who_gets_the_number_of_a_dead_worker_is_not_signalled,
                     boost::unit_test::data::make({"", " ignore"}))
{
    const auto output = output_of(helper_program("pid_reuse") + sample + " || echo $?");
    if (output == "77\n")
        return skip("process numbers cannot be chosen here");
    BOOST_TEST(output == "0 strangers were killed\n");
}

BOOST_AUTO_TEST_SUITE_END()
