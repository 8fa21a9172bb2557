// SPDX-License-Identifier: BSL-1.0
// What a worker has of its parent, and what it has not.
#include "support/processes.hpp"
#include "support/skip.hpp"

#include <procpool.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>

namespace {

using namespace procpool::test;
namespace fs = std::filesystem;

/// The part of a link's text that does not change from process to process.
std::string kind_of(const std::string& link)
{
    return link.substr(0, link.find_first_of("[ "));
}

/// A line of /proc/self/status.
std::string status_line(const std::string& name)
{
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(name + ":"))
            return line.substr(line.find_first_not_of(" \t", name.size() + 1));
    return {};
}

std::string contents_of(const std::string& file)
{
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

std::string variable(const std::string& name)
{
    const char* value = std::getenv(name.c_str());
    return value ? value : "none";
}

std::string working_directory()
{
    return fs::current_path().string();
}

/// Opens and closes a new terminal, and meanwhile opens this process's own: 0, or an errno.
int error_of_own_terminal_beside_another(int flags)
{
    const int master = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    ::unlockpt(master);
    const int slave = ::open(::ptsname(master), O_RDWR | O_CLOEXEC | flags);
    const int own = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
    const int error = own < 0 ? errno : 0;
    for (const int fd : {master, slave, own})
        ::close(fd);
    return error;
}

/// "nice 0"; empty where the kernel does not share the CPUs between sessions first.
std::string nice_of_session()
{
    const std::string session = contents_of("/proc/self/autogroup");
    return session.substr(std::min(session.find("nice"), session.size()));
}

std::string nice_of_session_in_worker(const procpool::resource_limits& limits)
{
    procpool::pool pool({.workers = 1, .worker = {.limits = limits}});
    return pool.async_submit(nice_of_session).get();
}

/// Blocks and ignores every signal that can be, as a careless host would; puts all back at its end.
class deaf_host {
public:
    deaf_host()
    {
        sigset_t all{};
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_BLOCK, &all, &mask_);
        for (const int signal : ignored)
            std::signal(signal, SIG_IGN);
    }
    deaf_host(const deaf_host&) = delete;
    deaf_host& operator=(const deaf_host&) = delete;
    ~deaf_host()
    {
        for (const int signal : ignored)
            std::signal(signal, SIG_DFL);
        ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
    }

private:
    static constexpr int ignored[] = {SIGHUP, SIGINT, SIGPIPE, SIGTERM, SIGUSR1, SIGTSTP};
    sigset_t mask_{};
};

/// Descriptors that every child inherits unless somebody closes them.
class many_open_files {
public:
    many_open_files()
    {
        for (int i = 0; i != 300; ++i)
            files_.push_back(::open("/proc/self/status", O_RDONLY)); // NOLINT: without close-on-exec on purpose
    }
    many_open_files(const many_open_files&) = delete;
    many_open_files& operator=(const many_open_files&) = delete;
    ~many_open_files()
    {
        for (const int file : files_)
            ::close(file);
    }

private:
    std::vector<int> files_;
};

/// A host's disposition of SIGCHLD while it lives.
class sigchld_disposition {
public:
    explicit sigchld_disposition(void (*handler)(int)) : before_(std::signal(SIGCHLD, handler)) {}
    sigchld_disposition(const sigchld_disposition&) = delete;
    sigchld_disposition& operator=(const sigchld_disposition&) = delete;
    ~sigchld_disposition() { std::signal(SIGCHLD, before_); }

private:
    void (*before_)(int);
};

std::atomic<bool> child_ended = false; // a handler runs on any thread

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_worker_state, nothing_left_behind)

BOOST_AUTO_TEST_CASE(a_worker_has_its_channel_and_the_standard_streams_open_and_nothing_else)
{
    const auto own = open_descriptors();
    const many_open_files of_the_host;
    procpool::pool pool({.workers = 1});
    const auto open = pool.async_submit(open_descriptors).get();
    const std::map<int, std::string> expected{{0, "/dev/null"}, {1, own.at(1)}, {2, "pipe:"},           {3, "pipe:"},
                                              {4, "pipe:"},     {5, "pipe:"},   {6, "/memfd:procpool"}, {7, "socket:"},
                                              {8, "socket:"}}; // 8 is kept to be given up when another is needed
    BOOST_TEST_REQUIRE(open.size() == expected.size());
    for (const auto& [fd, behind] : open)
        BOOST_TEST((behind == expected.at(fd) || kind_of(behind) == expected.at(fd)), fd << " is " << behind);
}

BOOST_AUTO_TEST_CASE(a_program_that_a_task_starts_inherits_nothing_of_the_channel)
{
    const many_open_files of_the_host;
    procpool::pool pool({.workers = 1});
    const std::string numbers = pool.async_submit(output_of, "ls /proc/self/fd").get();
    BOOST_TEST(numbers == "0\n1\n2\n3\n"); // 3 is the directory that ls reads
}

BOOST_AUTO_TEST_CASE(a_worker_blocks_and_ignores_no_signal_whatever_the_host_does)
{
    const deaf_host host;
    procpool::pool pool({.workers = 1});
    BOOST_TEST(pool.async_submit(status_line, "SigBlk").get() == "0000000000000000");
    BOOST_TEST(pool.async_submit(status_line, "SigIgn").get() == "0000000000000000");
}

BOOST_AUTO_TEST_CASE(a_worker_has_the_environment_that_this_process_had_when_the_pool_was_made)
{
    ::setenv("PROCPOOL_TEST_LATER", "as it was", 1);
    procpool::pool pool({.workers = 1, .max_tasks_per_worker = 1});
    ::setenv("PROCPOOL_TEST_LATER", "changed", 1);
    for (int started = 0; started != 2; ++started)
        BOOST_TEST(pool.async_submit(variable, "PROCPOOL_TEST_LATER").get() == "as it was");
    ::unsetenv("PROCPOOL_TEST_LATER");
}

BOOST_AUTO_TEST_CASE(a_worker_leads_a_session_and_a_process_group_of_its_own)
{
    procpool::pool pool({.workers = 1});
    BOOST_TEST(pool.async_submit([] { return ::getsid(0) == ::getpid() && ::getpgrp() == ::getpid(); }).get());
}

BOOST_AUTO_TEST_CASE(a_task_can_open_a_terminal_without_making_it_the_workers_own)
{
    procpool::pool pool({.workers = 1});
    BOOST_TEST(pool.async_submit(error_of_own_terminal_beside_another, O_NOCTTY).get() == ENXIO);
    BOOST_TEST(pool.async_submit(error_of_own_terminal_beside_another, O_NOCTTY).get() == ENXIO);
}

BOOST_AUTO_TEST_CASE(a_terminal_opened_without_o_noctty_becomes_the_workers_own_and_its_end_is_sighup)
{
    procpool::pool pool({.workers = 1});
    try {
        pool.async_submit(error_of_own_terminal_beside_another, 0).get();
        BOOST_ERROR("the task cannot have succeeded");
    } catch (const procpool::worker_crashed& crash) {
        BOOST_TEST((crash.status().signal == SIGHUP));
    }
}

BOOST_AUTO_TEST_CASE(the_nice_value_of_the_host_and_of_the_limits_is_also_that_of_the_workers_session)
{
    if (nice_of_session().empty() || ::geteuid() != 0)
        return skip("this kernel does not share the CPUs between sessions, or only root may set their nice values");
    const int own = ::getpriority(PRIO_PROCESS, 0);
    BOOST_TEST(nice_of_session_in_worker({}) == "nice " + std::to_string(own) + "\n");
    BOOST_TEST(nice_of_session_in_worker({.nice = 7}) == "nice 7\n");
}

BOOST_AUTO_TEST_CASE(a_worker_reads_nothing_from_stdin)
{
    procpool::pool pool({.workers = 1});
    const auto read_stdin = [] {
        char byte = 0;
        return ::read(STDIN_FILENO, &byte, 1);
    };
    BOOST_TEST(pool.async_submit(read_stdin).get() == 0);
}

BOOST_AUTO_TEST_CASE(a_worker_is_named_after_its_pool)
{
    procpool::pool pool({.workers = 1, .name = "indexer"});
    BOOST_TEST(pool.async_submit(contents_of, "/proc/self/comm").get() == "indexer\n");
    BOOST_TEST(pool.async_submit(contents_of, "/proc/self/cmdline").get() == std::string("indexer: worker 1\0", 18));
}

BOOST_AUTO_TEST_CASE(environment_and_directory_are_the_hosts_with_the_changes_asked_for)
{
    const temporary_directory directory;
    ::setenv("PROCPOOL_TEST_KEPT", "kept", 1);
    ::setenv("PROCPOOL_TEST_REMOVED", "there", 1);
    procpool::pool plain({.workers = 1});
    procpool::pool changed(
        {.workers = 1,
         .worker = {.env = {{"PROCPOOL_TEST_REMOVED", {}}, {"PROCPOOL_TEST_NEW", "a=b"}}, .cwd = directory.path()}});
    BOOST_TEST(plain.async_submit(variable, "PROCPOOL_TEST_REMOVED").get() == "there");
    BOOST_TEST(plain.async_submit(working_directory).get() == working_directory());
    BOOST_TEST(changed.async_submit(variable, "PROCPOOL_TEST_KEPT").get() == "kept");
    BOOST_TEST(changed.async_submit(variable, "PROCPOOL_TEST_REMOVED").get() == "none");
    BOOST_TEST(changed.async_submit(variable, "PROCPOOL_TEST_NEW").get() == "a=b");
    BOOST_TEST(changed.async_submit(working_directory).get() == fs::canonical(directory.path()));
}

BOOST_AUTO_TEST_CASE(no_variable_of_the_channel_reaches_a_task)
{
    procpool::pool pool({.workers = 1});
    BOOST_TEST(pool.async_submit(output_of, "env | grep -c PROCPOOL_WORKER").get() == "0\n");
}

BOOST_AUTO_TEST_CASE(this_program_started_by_a_task_is_no_worker_even_with_a_variable_that_says_so)
{
    procpool::pool pool({.workers = 1});
    const std::string command = fs::read_symlink("/proc/self/exe").string() + " --list_content 2>&1";
    for (const char* variables : {"", "PROCPOOL_WORKER=1 "})
        BOOST_TEST(pool.async_submit(output_of, variables + command).get().find("crash_worker_state") !=
                   std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_host_that_ignores_sigchld_learns_no_status_and_hangs_nowhere)
{
    const sigchld_disposition ignored(SIG_IGN);
    procpool::pool pool({.workers = 2});
    BOOST_TEST(pool.async_submit([] { return ::getpid(); }).get() > 0);
    try {
        pool.async_submit([] { std::abort(); }).get();
        BOOST_ERROR("the task cannot have succeeded");
    } catch (const procpool::worker_crashed& crash) {
        BOOST_TEST((crash.status() == procpool::exit_status{}));
        BOOST_TEST(std::string(crash.what()).find("ended with an unknown status") != std::string::npos);
    }
    BOOST_TEST(pool.async_submit([] { return ::getpid(); }).get() > 0);
    pool.join();
    procpool::pool destroyed({.workers = 1});
    BOOST_TEST(destroyed.async_submit([] { return ::getpid(); }).get() > 0);
}

BOOST_AUTO_TEST_CASE(a_hosts_own_sigchld_handler_is_left_in_place)
{
    child_ended = false;
    const sigchld_disposition counting([](int) { child_ended = true; });
    procpool::pool pool({.workers = 1});
    BOOST_CHECK_THROW(pool.async_submit([] { std::abort(); }).get(), procpool::worker_crashed);
    BOOST_TEST(eventually([] { return child_ended.load(); }));
}

BOOST_AUTO_TEST_SUITE_END()
