// SPDX-License-Identifier: BSL-1.0
#include "os/limits.hpp"

#include "processes.hpp"

#include <stdexcept>
#include <sys/resource.h>

namespace procpool::os {

namespace {

std::string refusal_of(void (*apply)(const resource_limits&), const resource_limits& limits)
{
    try {
        apply(limits);
        return {};
    } catch (const std::runtime_error& refusal) {
        return refusal.what();
    }
}

void give_up_root()
{
    constexpr uid_t nobody_else = 54'321;
    if (::geteuid() == 0 && ::setresuid(nobody_else, nobody_else, nobody_else) != 0)
        ::_exit(EXIT_FAILURE);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_limits, test::nothing_left_behind)

BOOST_AUTO_TEST_CASE(limits_are_hard_and_soft_and_cpu_time_ends_a_second_after_its_signal)
{
    const auto child = test::fork_child([] {
        apply_limits({.cpu_time = std::chrono::seconds(100), .open_files = 50, .core_size = 0});
        rlimit cpu{};
        rlimit files{};
        ::getrlimit(RLIMIT_CPU, &cpu);
        ::getrlimit(RLIMIT_NOFILE, &files);
        return cpu.rlim_cur == 100 && cpu.rlim_max == 101 && files.rlim_cur == 50 && files.rlim_max == 50;
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_CASE(above_the_hard_limit_is_for_root_alone)
{
    const auto child = test::fork_child([] {
        apply_limits({.open_files = 50});
        give_up_root();
        return refusal_of(apply_limits, {.open_files = 51}) ==
               "procpool::resource_limits::open_files = 51 cannot be set: it is above the hard limit of 50, which only "
               "root can raise";
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_CASE(below_the_own_nice_value_is_for_root_alone)
{
    const auto child = test::fork_child([] {
        give_up_root();
        return refusal_of(apply_thread_limits, {.nice = -20}) ==
               "procpool::resource_limits::nice = -20 cannot be set: only root may go below this process's own";
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_CASE(cpus_of_which_none_exists_are_refused)
{
    const auto child = test::fork_child([] {
        return refusal_of(apply_thread_limits, {.cpus = {8190, 8191}}).find("none of them can be used here") !=
               std::string::npos;
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
