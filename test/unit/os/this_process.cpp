// SPDX-License-Identifier: BSL-1.0
#include "os/this_process.hpp"

#include "processes.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sched.h>
#include <thread>

namespace procpool::os {

namespace {

std::string thread_name()
{
    std::ifstream file("/proc/thread-self/comm");
    std::string name;
    std::getline(file, name);
    return name;
}

/// Runs body on a thread of its own, whose name and signal mask are then nobody else's.
template <class Body>
void on_own_thread(Body body)
{
    std::thread(body).join();
}

bool stay_on_one_cpu()
{
    cpu_set_t one{};
    CPU_SET(static_cast<std::size_t>(::sched_getcpu()), &one);
    return ::sched_setaffinity(0, sizeof one, &one) == 0;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_this_process, test::nothing_left_behind)

BOOST_AUTO_TEST_CASE(there_is_at_least_one_usable_cpu)
{
    BOOST_TEST(usable_cpus() >= 1U);
    BOOST_TEST(usable_cpus() <= std::thread::hardware_concurrency());
}

BOOST_AUTO_TEST_CASE(cpus_outside_the_affinity_mask_of_mains_thread_are_not_usable)
{
    const auto child = test::fork_child([] { return stay_on_one_cpu() && usable_cpus() == 1; });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_CASE(the_affinity_mask_of_another_thread_does_not_count)
{
    const std::size_t before = usable_cpus();
    on_own_thread([&] {
        BOOST_TEST_REQUIRE(stay_on_one_cpu());
        BOOST_TEST(usable_cpus() == before);
    });
}

BOOST_AUTO_TEST_CASE(the_descriptor_limit_is_the_soft_one)
{
    const auto child = test::fork_child([] {
        const test::lower_descriptor_limit lower(17);
        return descriptor_limit() == 17;
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_CASE(a_thread_name_is_cut_to_fifteen_bytes)
{
    on_own_thread([] {
        set_thread_name("name: worker 3");
        BOOST_TEST(thread_name() == "name: worker 3");
        set_thread_name("a longer name: worker 3");
        BOOST_TEST(thread_name() == "a longer name: ");
    });
}

BOOST_AUTO_TEST_CASE(the_program_name_is_the_last_part_of_its_path)
{
    BOOST_TEST(executable_path() == std::filesystem::read_symlink("/proc/self/exe").string());
    BOOST_TEST(executable_path().ends_with('/' + program_name()));
}

BOOST_AUTO_TEST_CASE(the_clock_does_not_go_back)
{
    const std::uint64_t before = now_ns();
    const auto steady = std::chrono::steady_clock::now().time_since_epoch();
    const std::uint64_t after = now_ns();
    const auto between = static_cast<std::uint64_t>(std::chrono::nanoseconds(steady).count());
    BOOST_TEST((before <= between && between <= after));
}

BOOST_AUTO_TEST_CASE(random_bits_differ)
{
    BOOST_TEST(random_bits() != random_bits());
}

BOOST_AUTO_TEST_CASE(a_descriptor_is_marked_close_on_exec)
{
    const descriptor file(::open("/dev/null", O_RDONLY)); // NOLINT(android-cloexec-open): the mark is what is tested
    BOOST_TEST(::fcntl(file.get(), F_GETFD) == 0);
    close_on_exec(file.get());
    BOOST_TEST(::fcntl(file.get(), F_GETFD) == FD_CLOEXEC);
}

BOOST_AUTO_TEST_CASE(an_open_number_is_told_from_a_closed_one)
{
    descriptor file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const int number = file.get();
    BOOST_TEST(is_open(number));
    file.reset();
    BOOST_TEST(!is_open(number));
    BOOST_TEST(!is_open(-1));
}

BOOST_AUTO_TEST_CASE(all_signals_are_blocked_but_those_of_faults)
{
    on_own_thread([] {
        block_all_signals();
        sigset_t blocked{};
        ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
        for (const int signal : {SIGINT, SIGTERM, SIGCHLD, SIGPIPE, SIGUSR1, SIGALRM, SIGRTMIN, SIGRTMAX})
            BOOST_TEST(::sigismember(&blocked, signal) == 1);
        for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT})
            BOOST_TEST(::sigismember(&blocked, fault) == 0);
    });
}

BOOST_AUTO_TEST_CASE(leaving_now_runs_no_exit_handlers)
{
    const auto child = test::fork_child([] {
        std::atexit([] { ::_exit(1); });
        exit_now(7);
        return 2;
    });
    BOOST_TEST(child.end().number == 7);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
