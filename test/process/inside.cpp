// SPDX-License-Identifier: BSL-1.0
// What a process finds where it runs.
#include "support/left_behind.hpp"
#include "support/pool_on_loop.hpp"
#include "support/processes.hpp"

#include <procpool.hpp>

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

namespace procpool::test {
namespace {

/// Whether a function that captures nothing returns true in a process with these options. It leaves by _Exit(): under a
/// profile LeakSanitizer cannot look for leaks at the end, and would fail.
template <class Question, class... Args>
bool holds_in(process_options options, Question, const Args&... arguments)
{
    process asked(
        std::move(options), [](const Args&... with) { std::_Exit(Question()(with...) ? 0 : 10); }, arguments...);
    asked.start();
    asked.join();
    return asked.exit_code() == 0;
}

int global = 0;

} // namespace

BOOST_FIXTURE_TEST_SUITE(process_inside, nothing_left_behind)

BOOST_AUTO_TEST_CASE(it_knows_its_name_its_pid_and_its_parent)
{
    BOOST_TEST(this_process::name() == "main-process");
    BOOST_TEST(this_process::pid() == ::getpid());
    BOOST_TEST(this_process::parent_pid() == ::getppid());
    BOOST_TEST(holds_in(
        {.name = "reader"},
        [](pid_t parent) {
            return this_process::name() == "reader" && this_process::pid() == ::getpid() &&
                   this_process::parent_pid() == parent;
        },
        this_process::pid()));
}

BOOST_AUTO_TEST_CASE(processes_are_numbered_unless_they_have_a_name)
{
    const process first([] {});
    const process second([] {});
    const auto number = [](const process& of) {
        BOOST_TEST(of.name().starts_with("process-"));
        return std::stoi(of.name().substr(8));
    };
    BOOST_TEST(number(second) == number(first) + 1);
}

BOOST_AUTO_TEST_CASE(a_pools_worker_has_a_name_too)
{
    pool workers({.workers = 1});
    BOOST_TEST(workers.async_submit([] { return this_process::name(); }).get() == "worker-1");
    workers.join();
}

BOOST_AUTO_TEST_CASE(the_number_of_cpus_is_that_of_the_affinity_mask_at_most)
{
    BOOST_TEST(cpu_count() >= 1u);
    BOOST_TEST(holds_in({}, [] {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(::sched_getcpu(), &one);
        return ::sched_setaffinity(0, sizeof one, &one) == 0 && cpu_count() == 1;
    }));
}

BOOST_AUTO_TEST_CASE(globals_are_not_shared)
{
    global = 1;
    BOOST_TEST(holds_in({}, [] { return ++global == 1; }));
    BOOST_TEST(global == 1);
}

BOOST_AUTO_TEST_CASE(no_signal_is_blocked_or_ignored_whatever_the_host_does)
{
    ::signal(SIGTERM, SIG_IGN);
    sigset_t all{};
    sigset_t before{};
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const bool open = holds_in({}, [] {
        sigset_t blocked{};
        ::sigprocmask(SIG_SETMASK, nullptr, &blocked);
        struct sigaction present {};
        ::sigaction(SIGTERM, nullptr, &present);
        return !::sigismember(&blocked, SIGTERM) && !::sigismember(&blocked, SIGINT) && present.sa_handler == SIG_DFL;
    });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::signal(SIGTERM, SIG_DFL);
    BOOST_TEST(open);
}

BOOST_AUTO_TEST_CASE(it_leads_a_session_of_its_own_and_reads_nothing)
{
    BOOST_TEST(holds_in({}, [] {
        char byte = 0;
        return ::getsid(0) == ::getpid() && ::getpgrp() == ::getpid() && ::read(STDIN_FILENO, &byte, 1) == 0;
    }));
}

BOOST_AUTO_TEST_CASE(it_inherits_no_descriptor_and_programs_it_starts_none_of_its_own)
{
    const int inheritable = ::fcntl(STDIN_FILENO, F_DUPFD, 100);
    BOOST_TEST(holds_in(
        {}, [](int fd) { return ::fcntl(fd, F_GETFD) < 0; }, inheritable));
    ::close(inheritable);
    BOOST_TEST(holds_in({}, [] {
        return std::ranges::all_of(std::filesystem::directory_iterator("/proc/self/fd"), [](const auto& entry) {
            const int fd = std::stoi(entry.path().filename().string());
            return fd <= STDERR_FILENO || (::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
        });
    }));
}

BOOST_AUTO_TEST_CASE(environment_and_directory_are_what_the_options_say)
{
    const temporary_directory place;
    BOOST_TEST(holds_in(
        {.env = {{"COLOUR", "green"}, {"HOME", {}}}, .cwd = place.path()},
        [](const std::string& path) {
            const char* colour = std::getenv("COLOUR");
            return colour && std::string(colour) == "green" && !std::getenv("HOME") &&
                   std::filesystem::equivalent(std::filesystem::current_path(), path);
        },
        place.path().string()));
}

BOOST_AUTO_TEST_CASE(limits_hold)
{
    BOOST_TEST(holds_in({.limits = {.open_files = 32}}, [] {
        rlimit limit{};
        ::getrlimit(RLIMIT_NOFILE, &limit);
        return limit.rlim_cur == 32;
    }));
}

BOOST_AUTO_TEST_CASE(of_its_channel_it_keeps_the_lifeline_open_alone_also_under_a_profile)
{
    for (const auto profile : {syscall_profile::all, syscall_profile::compute}) {
        const sandbox_options sandbox{.syscalls = profile, .optional = {sandbox_feature::syscalls}};
        BOOST_TEST(holds_in({.sandbox = sandbox}, [] {
            const auto is_open = [](int fd) { return ::fcntl(fd, F_GETFD) >= 0; };
            return !is_open(3) && !is_open(4) && is_open(5) && !is_open(6);
        }));
    }
}

BOOST_AUTO_TEST_CASE(what_is_discarded_goes_nowhere)
{
    BOOST_TEST(holds_in({.stdout_to = output::discard}, [] {
        return std::filesystem::read_symlink("/proc/self/fd/1") == "/dev/null" &&
               std::filesystem::read_symlink("/proc/self/fd/2") != "/dev/null";
    }));
}

BOOST_AUTO_TEST_CASE(a_host_that_ignores_sigchld_sees_the_end_and_no_status)
{
    BOOST_TEST(holds_in({}, [] {
        ::signal(SIGCHLD, SIG_IGN);
        process inner([] { ::pause(); });
        inner.start();
        inner.kill();
        inner.join();
        return !inner.is_alive() && !inner.exit_code() && inner.exit_status() == exit_status();
    }));
}

BOOST_AUTO_TEST_CASE(a_process_may_have_processes_and_pools_also_if_it_is_a_daemon)
{
    BOOST_TEST(holds_in({.daemon = true}, [] {
        process inner([] { std::exit(4); });
        inner.start();
        inner.join();
        pool workers({.workers = 1});
        return inner.exit_code() == 4 && workers.async_submit([] { return 6; }).get() == 6;
    }));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
