// SPDX-License-Identifier: BSL-1.0
// Tasks that run into each limit of worker_options::limits.
#include "support/processes.hpp"
#include "support/skip.hpp"

#include <procpool.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <deque>
#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace {

using namespace procpool::test;
using namespace std::chrono_literals;

procpool::pool_options limited(procpool::resource_limits limits)
{
    return {.workers = 1, .worker = {.limits = std::move(limits)}};
}

constexpr std::uint64_t mib = std::uint64_t{1} << 20;

std::size_t allocate(std::size_t bytes)
{
    return std::vector<char>(bytes, 'x').size();
}

/// Keeps all it can get, in pieces so small that nothing is left for anybody.
void keep_all_memory()
{
    static std::deque<std::vector<char>> kept;
    for (std::size_t size = 16 * mib; size >= 16;) {
        try {
            for (;;)
                kept.emplace_back(size);
        } catch (const std::bad_alloc&) {
            size /= 2;
        }
    }
    throw std::bad_alloc();
}

void use_the_processor()
{
    for (;;)
        spin(1'000'000);
}

/// The errno that ends a series of open(2).
int open_until_it_fails()
{
    while (::open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0) { // NOLINT: kept open on purpose
    }
    return errno;
}

/// Writes to the file until that fails; the errno.
int write_until_it_fails(const std::string& file)
{
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const std::string block(4096, 'x');
    while (::write(fd, block.data(), block.size()) > 0) {
    }
    return errno;
}

int write_deaf_to_the_signal(const std::string& file)
{
    std::signal(SIGXFSZ, SIG_IGN);
    return write_until_it_fails(file);
}

/// Gives up root, whom the limit does not bind, for a user who has no other processes; the errno of fork(2).
int fork_as_nobody()
{
    constexpr uid_t nobody_else = 54'321;
    if (::geteuid() == 0 && ::setresuid(nobody_else, nobody_else, nobody_else) != 0)
        return -1;
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(0);
    return child < 0 ? errno : 0;
}

std::uint64_t soft_limit(int resource)
{
    rlimit limit{};
    ::getrlimit(static_cast<__rlimit_resource>(resource), &limit);
    return limit.rlim_cur;
}

std::atomic<pid_t> thread_of_the_initializer;

void start_a_thread()
{
    std::thread([] {
        thread_of_the_initializer = ::gettid();
        thread_of_the_initializer.notify_one();
        for (;;)
            ::pause();
    }).detach();
    thread_of_the_initializer.wait(0);
}

std::vector<int> nice_of_all_threads()
{
    const pid_t other = thread_of_the_initializer;
    return {::getpriority(PRIO_PROCESS, 0), ::getpriority(PRIO_PROCESS, static_cast<id_t>(other))};
}

std::vector<unsigned> cpus_of(pid_t thread)
{
    std::vector<unsigned> cpus;
    cpu_set_t set{};
    ::sched_getaffinity(thread, sizeof set, &set);
    for (unsigned cpu = 0; cpu != CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &set))
            cpus.push_back(cpu);
    return cpus;
}

std::vector<std::vector<unsigned>> cpus_of_all_threads()
{
    return {cpus_of(0), cpus_of(thread_of_the_initializer)};
}

std::optional<int> signal_that_ended(procpool::future<int> outcome)
{
    try {
        outcome.get();
    } catch (const procpool::worker_crashed& crash) {
        return crash.status().signal;
    }
    return {};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_limits, nothing_left_behind)

BOOST_AUTO_TEST_CASE(an_allocation_beyond_the_address_space_is_bad_alloc_and_the_worker_lives_on)
{
    if (is_sanitized)
        return skip("a sanitizer's shadow memory fills any address space");
    procpool::pool pool(limited({.address_space = 1024 * mib}));
    const auto worker = pool.async_submit(::getpid).get();
    BOOST_TEST(pool.async_submit(allocate, 16 * mib).get() == 16 * mib);
    BOOST_CHECK_THROW(pool.async_submit(allocate, 4096 * mib).get(), std::bad_alloc);
    BOOST_TEST(pool.async_submit(::getpid).get() == worker);
}

BOOST_AUTO_TEST_CASE(a_task_that_keeps_all_memory_gets_its_bad_alloc_through)
{
    if (is_sanitized)
        return skip("a sanitizer's shadow memory fills any address space");
    procpool::pool pool(limited({.address_space = 512 * mib}));
    BOOST_CHECK_THROW(pool.async_submit(keep_all_memory).get(), std::bad_alloc);
}

BOOST_AUTO_TEST_CASE(a_worker_that_has_used_up_its_cpu_time_ends_with_sigxcpu_and_is_replaced)
{
    procpool::pool pool(limited({.cpu_time = 1s}));
    const auto worker = pool.async_submit(::getpid).get();
    try {
        pool.async_submit(use_the_processor).get();
        BOOST_ERROR("the task cannot have ended");
    } catch (const procpool::worker_crashed& crash) {
        BOOST_TEST((crash.status().signal == SIGXCPU));
    }
    BOOST_TEST(pool.async_submit(::getpid).get() != worker);
}

BOOST_AUTO_TEST_CASE(files_beyond_the_limit_cannot_be_opened)
{
    procpool::pool pool(limited({.open_files = 16}));
    BOOST_TEST(pool.async_submit(open_until_it_fails).get() == EMFILE);
    BOOST_TEST(pool.async_submit(soft_limit, int{RLIMIT_NOFILE}).get() == 16u);
}

BOOST_AUTO_TEST_CASE(a_file_that_grows_beyond_the_limit_ends_its_task_with_sigxfsz)
{
    const temporary_directory directory;
    const std::string file = directory / "file";
    procpool::pool pool(limited({.file_size = 10'000}));
    BOOST_TEST((signal_that_ended(pool.async_submit(write_until_it_fails, file)) == SIGXFSZ));
    BOOST_TEST(std::filesystem::file_size(file) == 10'000u);
    BOOST_TEST(pool.async_submit(write_deaf_to_the_signal, file + "2").get() == EFBIG);
}

BOOST_AUTO_TEST_CASE(processes_beyond_the_limit_cannot_be_started)
{
    procpool::pool pool(limited({.processes = 1}));
    BOOST_TEST(pool.async_submit(soft_limit, int{RLIMIT_NPROC}).get() == 1u);
    BOOST_TEST(pool.async_submit(fork_as_nobody).get() == EAGAIN);
}

BOOST_AUTO_TEST_CASE(a_core_file_is_as_large_as_the_limit_says)
{
    procpool::pool pool(limited({.core_size = 0}));
    BOOST_TEST(pool.async_submit(soft_limit, int{RLIMIT_CORE}).get() == 0u);
    try {
        pool.async_submit([] { std::abort(); }).get();
    } catch (const procpool::worker_crashed& crash) {
        BOOST_TEST(!crash.status().core_dumped);
    }
}

BOOST_AUTO_TEST_CASE(nice_and_cpus_hold_for_all_threads)
{
    const int nice = std::min(::getpriority(PRIO_PROCESS, 0) + 3, 19);
    const std::vector<unsigned> last{cpus_of(0).back()};
    auto options = limited({.nice = nice, .cpus = last});
    options.initializer = procpool::task(start_a_thread);
    procpool::pool pool(options);
    BOOST_TEST((pool.async_submit(nice_of_all_threads).get() == std::vector{nice, nice}));
    BOOST_TEST((pool.async_submit(cpus_of_all_threads).get() == std::vector{last, last}));
}

BOOST_AUTO_TEST_CASE(programs_that_a_task_starts_have_the_limits_too)
{
    procpool::pool pool(limited({.open_files = 32}));
    BOOST_TEST(pool.async_submit(output_of, "ulimit -n").get() == "32\n");
}

BOOST_AUTO_TEST_CASE(a_pool_without_limits_has_those_of_its_host)
{
    procpool::pool pool({.workers = 1});
    for (const int resource : {RLIMIT_AS, RLIMIT_CPU, RLIMIT_NOFILE, RLIMIT_FSIZE, RLIMIT_NPROC, RLIMIT_CORE})
        BOOST_TEST(pool.async_submit(soft_limit, resource).get() == soft_limit(resource));
}

BOOST_AUTO_TEST_CASE(an_initializer_may_use_what_tasks_may_not)
{
    auto options = limited({.open_files = 16});
    options.initializer = procpool::task([] {
        for (int i = 0; i != 100; ++i)
            if (::dup(0) < 0) // NOLINT: kept open on purpose
                throw std::runtime_error("too few descriptors");
    });
    procpool::pool pool(options);
    BOOST_TEST(pool.async_submit(open_until_it_fails).get() == EMFILE);
}

BOOST_AUTO_TEST_SUITE_END()
