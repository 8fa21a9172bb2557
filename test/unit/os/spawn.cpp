// SPDX-License-Identifier: BSL-1.0
#include "os/spawn.hpp"

#include "os/pipe.hpp"
#include "os/shared_memory.hpp"
#include "os/this_process.hpp"
#include "processes.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <map>

namespace procpool::os {

namespace {

namespace fs = std::filesystem;
using names = std::map<int, std::string>; // descriptor numbers and what /proc says they are

/// A shell that runs a script.
spawn_request shell(std::string script)
{
    return {.executable = "/bin/sh",
            .arguments = {"sh", "-c", std::move(script)},
            .environment = {},
            .directory = {},
            .descriptors = {}};
}

/// A shell that stops at once, to be looked at.
spawn_request stopping_shell(std::span<const int> descriptors = {})
{
    spawn_request request = shell("kill -STOP $$");
    request.descriptors = descriptors;
    return request;
}

test::child_process start(const spawn_request& request)
{
    spawned child;
    const failed_call failed = spawn(request, child);
    BOOST_TEST_REQUIRE(!failed, str(failed));
    return {child.pid, std::move(child.pidfd)};
}

names descriptors_of(const fs::path& proc)
{
    names found;
    for (const auto& entry : fs::directory_iterator(proc / "fd"))
        found[std::stoi(entry.path().filename())] = fs::read_symlink(entry.path()).string();
    return found;
}

std::string content_of(const fs::path& file)
{
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// A set of signals as /proc/PID/status shows it, bit n - 1 for signal n.
std::uint64_t signals_of(const fs::path& proc, const std::string& field)
{
    const std::string status = content_of(proc / "status");
    return std::stoull(status.substr(status.find(field + ":") + field.size() + 1), nullptr, 16);
}

std::error_code failure_of(const spawn_request& request)
{
    spawned child;
    const failed_call failed = spawn(request, child);
    BOOST_TEST(child.pid == -1);
    BOOST_TEST(!child.pidfd);
    return failed.error;
}

/// Starts the shell in this (forked) process and compares its descriptors. For use where test macros are not.
bool gets(std::span<const int> descriptors, const names& expected)
{
    spawned child;
    if (spawn(stopping_shell(descriptors), child))
        return false;
    const test::child_process guard(child.pid, std::move(child.pidfd));
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(guard.pid()), &info, WSTOPPED | WEXITED | WNOWAIT);
    return info.si_code == CLD_STOPPED && descriptors_of(guard.proc()) == expected;
}

std::string memory_name(const char* name)
{
    return std::string("/memfd:") + name + " (deleted)";
}

/// Puts a new memory file at that very number.
void place_memory(const char* name, int number)
{
    const descriptor file = duplicate_from(make_memory_file(name, 1).get(), 100); // not that number by chance
    ::dup3(file.get(), number, O_CLOEXEC);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_spawn, test::nothing_left_behind)

BOOST_AUTO_TEST_CASE(a_program_runs_and_its_end_is_told)
{
    const auto child = start(shell("exit 5"));
    BOOST_TEST(child.end().number == 5);
}

BOOST_AUTO_TEST_CASE(arguments_and_environment_are_exactly_those_of_the_request)
{
    spawn_request request = stopping_shell();
    request.arguments.insert(request.arguments.end(), {"", "two words"});
    request.environment = {"ONE=1", "TWO="};
    const auto child = start(request);
    child.await_stop();
    using namespace std::string_literals;
    BOOST_TEST(content_of(child.proc() / "cmdline") == "sh\0-c\0kill -STOP $$\0\0two words\0"s);
    BOOST_TEST(content_of(child.proc() / "environ") == "ONE=1\0TWO=\0"s);
}

BOOST_AUTO_TEST_CASE(it_has_the_descriptors_of_the_request_and_no_others)
{
    const descriptor first = make_memory_file("first", 1);
    const descriptor second = make_memory_file("second", 1);
    const descriptor secret(::open("/etc/passwd", O_RDONLY)); // NOLINT(android-cloexec-open): inheritable on purpose
    const std::array passed{first.get(), second.get(), first.get()};
    const names own = descriptors_of("/proc/self");
    const auto child = start(stopping_shell(passed));
    child.await_stop();
    const names expected{
        {0, "/dev/null"},           {1, own.at(1)},           {2, own.at(2)}, {3, memory_name("first")},
        {4, memory_name("second")}, {5, memory_name("first")}};
    BOOST_TEST((descriptors_of(child.proc()) == expected));
}

BOOST_AUTO_TEST_CASE(sources_among_the_targets_are_not_overwritten)
{
    const auto child = test::fork_child([] {
        const names own = descriptors_of("/proc/self");
        place_memory("three", 3);
        place_memory("four", 4);
        place_memory("five", 5);
        place_memory("high", 900);
        const names streams{{0, "/dev/null"}, {1, own.at(1)}, {2, own.at(2)}};
        names same = streams;
        same.insert({{3, memory_name("three")}, {4, memory_name("four")}, {5, memory_name("five")}});
        names turned = streams;
        turned.insert({{3, memory_name("five")}, {4, memory_name("three")}, {5, memory_name("high")}});
        return gets(std::array{3, 4, 5}, same) && gets(std::array{5, 3, 900}, turned);
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_CASE(the_null_device_stands_in_for_closed_standard_streams)
{
    const auto child = test::fork_child([] {
        place_memory("kept", 3);
        for (const int stream : {0, 1, 2})
            ::close(stream);
        return gets(std::array{3}, {{0, "/dev/null"}, {1, "/dev/null"}, {2, "/dev/null"}, {3, memory_name("kept")}});
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_CASE(stdout_and_stderr_can_be_redirected)
{
    const pipe_ends pipe = make_pipe();
    spawn_request request = stopping_shell();
    request.out = pipe.write.get();
    request.err = spawn_request::discarded;
    const test::child_process child = start(request);
    child.await_stop();
    const names open = descriptors_of(child.proc());
    BOOST_TEST(open.size() == 3u);
    BOOST_TEST(open.at(1) == fs::read_symlink("/proc/self/fd/" + std::to_string(pipe.write.get())));
    BOOST_TEST(open.at(2) == "/dev/null");
}

BOOST_AUTO_TEST_CASE(what_got_the_number_of_a_closed_standard_stream_is_not_taken_for_it)
{
    const auto child = test::fork_child([] {
        place_memory("in", 0);
        place_memory("out", 1);
        place_memory("err", 2);
        return gets(
            std::array{2, 1},
            {{0, "/dev/null"}, {1, "/dev/null"}, {2, "/dev/null"}, {3, memory_name("err")}, {4, memory_name("out")}});
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_CASE(signals_that_the_parent_blocks_or_ignores_are_open_and_default_in_it)
{
    const auto parent = test::fork_child([] {
        sigset_t all{};
        ::sigfillset(&all);
        ::sigprocmask(SIG_SETMASK, &all, nullptr);
        for (const int signal : {SIGINT, SIGPIPE, SIGTERM, SIGHUP, SIGUSR1, SIGRTMIN + 1})
            std::signal(signal, SIG_IGN);
        spawned child;
        if (spawn(stopping_shell(), child))
            return false;
        const test::child_process guard(child.pid, std::move(child.pidfd));
        siginfo_t info{};
        ::waitid(P_PID, static_cast<id_t>(guard.pid()), &info, WSTOPPED | WEXITED | WNOWAIT);
        return signals_of(guard.proc(), "SigBlk") == 0 && signals_of(guard.proc(), "SigIgn") == 0;
    });
    BOOST_TEST(parent.succeeds());
}

BOOST_AUTO_TEST_CASE(it_leads_a_session_and_a_process_group_of_its_own)
{
    const auto child = start(stopping_shell());
    BOOST_TEST(::getpgid(child.pid()) == child.pid());
    BOOST_TEST(::getsid(child.pid()) == child.pid());
}

BOOST_AUTO_TEST_CASE(it_starts_in_the_directory_of_the_request)
{
    spawn_request request = stopping_shell();
    request.directory = "/usr";
    const auto child = start(request);
    child.await_stop();
    BOOST_TEST(fs::read_symlink(child.proc() / "cwd").string() == "/usr");
}

BOOST_AUTO_TEST_CASE(without_a_directory_it_starts_in_that_of_the_parent)
{
    const auto child = start(stopping_shell());
    child.await_stop();
    BOOST_TEST(fs::read_symlink(child.proc() / "cwd").string() == fs::current_path().string());
}

BOOST_AUTO_TEST_CASE(a_relative_program_is_looked_for_in_the_directory_of_the_parent)
{
    spawn_request request = shell("exit 4");
    request.executable = fs::relative(fs::canonical("/bin/sh")).string();
    BOOST_TEST(start(request).end().number == 4);
    request.directory = "/usr/share";
    BOOST_TEST(start(request).end().number == 4);
}

BOOST_AUTO_TEST_CASE(this_very_program_can_be_started)
{
    const auto parent = test::fork_child([] {
        for (const int stream : {1, 2})
            ::close(stream); // its help is of no interest here
        spawn_request request = shell("");
        request.executable = "/proc/self/exe";
        request.arguments = {"self", "--help"};
        request.environment = environment();
        spawned child;
        if (spawn(request, child))
            return -1;
        const test::child_process guard(child.pid, std::move(child.pidfd));
        wait_until_ended(guard.pidfd());
        return peek_exit(guard.pidfd())->number;
    });
    BOOST_TEST(parent.end().number == 0);
}

BOOST_AUTO_TEST_CASE(a_program_that_cannot_be_started_is_told_exactly)
{
    spawn_request request = shell("");
    request.executable = "/no/such/program";
    BOOST_TEST((failure_of(request) == std::errc::no_such_file_or_directory));
    request.executable = "/etc/passwd";
    BOOST_TEST((failure_of(request) == std::errc::permission_denied));
    request.executable = "/etc/passwd/program";
    BOOST_TEST((failure_of(request) == std::errc::not_a_directory));
    request.executable = "";
    BOOST_TEST((failure_of(request) == std::errc::no_such_file_or_directory));
}

BOOST_AUTO_TEST_CASE(a_missing_directory_is_an_error)
{
    spawn_request request = shell("");
    request.directory = "/no/such/directory";
    BOOST_TEST((failure_of(request) == std::errc::no_such_file_or_directory));
}

BOOST_AUTO_TEST_CASE(a_closed_descriptor_is_an_error)
{
    constexpr std::array closed{-1};
    BOOST_TEST((failure_of(stopping_shell(closed)) == std::errc::bad_file_descriptor));
}

BOOST_AUTO_TEST_CASE(without_a_number_for_the_pidfd_nothing_is_started)
{
    const auto parent = test::fork_child([] {
        int last = -1; // the highest of the numbers in use without a gap
        while (last < spawn_request::first_descriptor)
            last = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        spawned child;
        std::error_code error;
        {
            const test::lower_descriptor_limit used(static_cast<rlim_t>(last) + 1);
            error = spawn(shell("exec sleep 50"), child).error; // ends by itself if this fails
        }
        return error == std::errc::too_many_files_open && !test::has_children();
    });
    BOOST_TEST(parent.succeeds());
}

BOOST_AUTO_TEST_CASE(a_change_of_the_environment_sets_replaces_and_removes)
{
    ::setenv("PROCPOOL_TEST_OLD", "old", 1);
    ::setenv("PROCPOOL_TEST_GONE", "gone", 1);
    const std::vector<std::string> changes{"PROCPOOL_TEST_OLD=new=1", "PROCPOOL_TEST_GONE", "PROCPOOL_TEST_ADDED="};
    const auto changed = with_changes(environment(), changes);
    ::unsetenv("PROCPOOL_TEST_OLD");
    ::unsetenv("PROCPOOL_TEST_GONE");
    std::vector<std::string> ours;
    std::ranges::copy_if(changed, std::back_inserter(ours),
                         [](const std::string& entry) { return entry.starts_with("PROCPOOL_TEST"); });
    const std::vector<std::string> expected{"PROCPOOL_TEST_OLD=new=1", "PROCPOOL_TEST_ADDED="};
    BOOST_TEST(ours == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_unchanged_environment_is_that_of_this_process)
{
    std::vector<std::string> own;
    for (char** entry = environ; *entry != nullptr; ++entry)
        own.emplace_back(*entry);
    BOOST_TEST(environment() == own, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(who_is_no_child_is_not_taken_over)
{
    spawned nobody;
    for (const pid_t pid : {0, -1, 1, ::getppid(), ::getpid()})
        BOOST_TEST((adopt(pid, nobody).error == std::errc::no_such_process));
    BOOST_TEST(!nobody.pidfd);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
