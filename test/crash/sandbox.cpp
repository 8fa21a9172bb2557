// SPDX-License-Identifier: BSL-1.0
// Tasks under Landlock's rules for files; all threads; what a kernel lacks.
#include "crash/sandboxed.hpp"

#include <procpool.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <fstream>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <semaphore>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

using namespace procpool::test;
using procpool::sandbox_feature;
using procpool::sandbox_options;

/// ThreadSanitizer has a thread of its own that blocks all signals as soon as there is a second one.
bool can_reach_all_threads()
{
    if (is_thread_sanitized)
        skip("ThreadSanitizer's own thread cannot be reached");
    return !is_thread_sanitized;
}

int write_file(const std::string& file)
{
    return error_of(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

int list(const std::string& directory)
{
    return ::opendir(directory.c_str()) != nullptr ? 0 : errno;
}

int run(const std::string& program)
{
    char* const arguments[] = {nullptr};
    pid_t child = 0;
    const int error = ::posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments, environ);
    if (error == 0)
        ::waitpid(child, nullptr, 0);
    return error;
}

int truncate_file(const std::string& file)
{
    return error_of(::truncate(file.c_str(), 0));
}

int rename_file(const std::string& from, const std::string& to)
{
    return error_of(::rename(from.c_str(), to.c_str()));
}

int remove_file(const std::string& file)
{
    return error_of(::unlink(file.c_str()));
}

int make_directory(const std::string& directory)
{
    return error_of(::mkdir(directory.c_str(), 0700));
}

bool may_gain_privileges()
{
    return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0;
}

/// A thread of the initializer, which does what a task asks it to.
std::binary_semaphore asked{0};
std::binary_semaphore answered{0};
std::atomic<int (*)()> question;
std::atomic<int> reply;

void start_a_thread()
{
    std::thread([] {
        for (;;) {
            asked.acquire();
            reply = question.load()();
            answered.release();
        }
    }).detach();
}

template <class Question>
int asked_of_the_thread(Question)
{
    question = +Question{};
    asked.release();
    answered.acquire();
    return reply;
}

void start_a_deaf_thread()
{
    sigset_t all{};
    sigset_t before{};
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread([] {
        for (;;)
            ::pause();
    }).detach();
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

/// From now on the kernel does not know that system call, to this process.
void forget(long call)
{
    sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog filter{static_cast<unsigned short>(std::size(program)), program};
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

procpool::pool_options on_a_kernel_without(long call, sandbox_options sandbox)
{
    auto options = inside(std::move(sandbox));
    options.initializer = procpool::task(forget, call);
    return options;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_sandbox, two_directories)

BOOST_AUTO_TEST_CASE(only_readable_paths_can_be_read_listed_and_executed)
{
    if (!have_landlock(1))
        return;
    procpool::pool pool(inside({.readable = paths{in}}));
    BOOST_TEST(pool.async_submit(read_file, in / "file").get() == 0);
    BOOST_TEST(pool.async_submit(list, in).get() == 0);
    BOOST_TEST(pool.async_submit(read_file, out / "file").get() == EACCES);
    BOOST_TEST(pool.async_submit(read_file, in / "link").get() == EACCES);
    BOOST_TEST(pool.async_submit(read_file, in / "../outside/file").get() == EACCES);
    BOOST_TEST(pool.async_submit(list, out).get() == EACCES);
    BOOST_TEST(pool.async_submit(run, "/bin/true").get() == EACCES);
    BOOST_TEST(pool.async_submit(write_file, out / "new").get() == 0); // writing was not restricted
    BOOST_TEST(!pool.async_submit(may_gain_privileges).get());
}

BOOST_AUTO_TEST_CASE(a_single_file_can_be_readable_and_a_relative_path_is_that_of_the_host)
{
    if (!have_landlock(1))
        return;
    auto options = inside({.readable = paths{fs::proximate(in / "file")}});
    options.worker.cwd = "/";
    procpool::pool pool(options);
    BOOST_TEST(pool.async_submit(read_file, in / "file").get() == 0);
    BOOST_TEST(pool.async_submit(list, in).get() == EACCES);
}

BOOST_AUTO_TEST_CASE(only_writable_paths_can_be_changed)
{
    if (!have_landlock(3))
        return;
    procpool::pool pool(inside({.writable = paths{in}}));
    BOOST_TEST(pool.async_submit(write_file, in / "new").get() == 0);
    BOOST_TEST(pool.async_submit(truncate_file, in / "file").get() == 0);
    BOOST_TEST(pool.async_submit(rename_file, in / "new", in / "newer").get() == 0);
    BOOST_TEST(pool.async_submit(make_directory, in / "directory").get() == 0);
    BOOST_TEST(pool.async_submit(remove_file, in / "newer").get() == 0);
    BOOST_TEST(pool.async_submit(write_file, out / "file").get() == EACCES);
    BOOST_TEST(pool.async_submit(write_file, out / "new").get() == EACCES);
    BOOST_TEST(pool.async_submit(write_file, in / "link").get() == EACCES);
    BOOST_TEST(pool.async_submit(truncate_file, out / "file").get() == EACCES);
    BOOST_TEST(pool.async_submit(rename_file, in / "file", out / "new").get() != 0);
    BOOST_TEST(pool.async_submit(make_directory, out / "directory").get() == EACCES);
    BOOST_TEST(pool.async_submit(remove_file, out / "file").get() == EACCES);
    BOOST_TEST(pool.async_submit(read_file, out / "file").get() == 0); // reading was not restricted
}

BOOST_AUTO_TEST_CASE(what_is_writable_may_be_read_and_an_empty_list_allows_nothing)
{
    if (!have_landlock(3))
        return;
    procpool::pool pool(inside({.readable = paths{}, .writable = paths{in}}));
    BOOST_TEST(pool.async_submit(read_file, in / "file").get() == 0);
    BOOST_TEST(pool.async_submit(read_file, out / "file").get() == EACCES);
    procpool::pool nothing(inside({.readable = paths{}, .writable = paths{}}));
    BOOST_TEST(nothing.async_submit(read_file, "/dev/null").get() == EACCES);
    BOOST_TEST(nothing.async_submit(write_file, "/dev/null").get() == EACCES);
}

BOOST_AUTO_TEST_CASE(no_new_privileges_alone_forbids_nothing_else)
{
    procpool::pool pool(inside({.no_new_privs = true}));
    BOOST_TEST(!pool.async_submit(may_gain_privileges).get());
    BOOST_TEST(pool.async_submit(run, "/bin/true").get() == 0);
    BOOST_TEST(pool.async_submit(write_file, out / "new").get() == 0);
    procpool::pool plain({.workers = 1});
    BOOST_TEST(plain.async_submit(may_gain_privileges).get() == may_gain_privileges());
}

BOOST_AUTO_TEST_CASE(threads_of_the_initializer_are_restricted_too)
{
    if (!have_landlock(1) || !can_reach_all_threads())
        return;
    auto options =
        inside({.no_new_privs = true, .readable = paths{in}, .syscalls = procpool::syscall_profile::readonly});
    options.initializer = procpool::task(start_a_thread);
    options.worker.sandbox.optional = {sandbox_feature::syscalls};
    procpool::pool pool(options);
    const auto by_the_thread = [] {
        return asked_of_the_thread([] { return ::open("/proc/self/comm", O_RDONLY | O_CLOEXEC) < 0 ? errno : 0; });
    };
    const auto privileges_of_the_thread = [] { return asked_of_the_thread([] { return int{may_gain_privileges()}; }); };
    BOOST_TEST(pool.async_submit(by_the_thread).get() == EACCES);
    BOOST_TEST(pool.async_submit(privileges_of_the_thread).get() == 0);
}

BOOST_AUTO_TEST_CASE(a_profile_alone_holds_for_threads_of_the_initializer)
{
    if (!have_filters())
        return;
    auto options = inside({.syscalls = procpool::syscall_profile::compute});
    options.initializer = procpool::task(start_a_thread);
    procpool::pool pool(options);
    const auto by_the_thread = [] {
        return asked_of_the_thread([] { return ::open("/proc/self/comm", O_RDONLY | O_CLOEXEC) < 0 ? errno : 0; });
    };
    BOOST_TEST(pool.async_submit(by_the_thread).get() == EPERM);
}

BOOST_AUTO_TEST_CASE(a_thread_that_cannot_be_reached_fails_the_start)
{
    auto options = inside({.no_new_privs = true});
    options.initializer = procpool::task(start_a_deaf_thread);
    BOOST_TEST(reason_of_failure(options).find("of the worker blocks all signals and cannot be reached") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_initializer_may_do_what_tasks_may_not)
{
    if (!have_landlock(1))
        return;
    auto options = inside({.readable = paths{in}});
    static int error_before = -1;
    options.initializer =
        procpool::task([](std::string file) { error_before = read_file(file); }, (out / "file").string());
    procpool::pool pool(options);
    BOOST_TEST(pool.async_submit([] { return error_before; }).get() == 0);
    BOOST_TEST(pool.async_submit(read_file, out / "file").get() == EACCES);
}

BOOST_AUTO_TEST_CASE(what_the_kernel_lacks_fails_the_start_unless_it_is_optional)
{
    const struct {
        long call;
        sandbox_options sandbox;
        sandbox_feature feature;
        const char* sentence;
    } rows[] = {
        {landlock_create_ruleset, {.readable = paths{in}}, sandbox_feature::files, "files cannot be restricted"},
        {SYS_seccomp, {.no_tcp = true}, sandbox_feature::tcp, "cannot be kept from TCP"},
        {SYS_seccomp,
         {.syscalls = procpool::syscall_profile::compute},
         sandbox_feature::syscalls,
         "system calls cannot be filtered"},
    };
    for (const auto& row : rows) {
        auto options = on_a_kernel_without(row.call, row.sandbox);
        BOOST_TEST(reason_of_failure(options).find(row.sentence) != std::string::npos, reason_of_failure(options));
        options.worker.sandbox.optional = {row.feature};
        procpool::pool pool(options);
        BOOST_TEST(pool.async_submit(read_file, out / "file").get() == 0);
        BOOST_TEST(pool.async_submit(make_socket, int{AF_INET}, 0).get() == 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
