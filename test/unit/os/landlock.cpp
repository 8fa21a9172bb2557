// SPDX-License-Identifier: BSL-1.0
#include "os/landlock.hpp"

#include "processes.hpp"
#include "support/skip.hpp"

#include <fcntl.h>
#include <stdexcept>
#include <sys/prctl.h>

namespace procpool::os {

namespace {

std::optional<std::vector<std::filesystem::path>> only(const char* path)
{
    return std::vector<std::filesystem::path>{path};
}

bool can_restrict()
{
    if (procpool::test::is_thread_sanitized)
        procpool::test::skip("ThreadSanitizer's own thread blocks all signals");
    return !procpool::test::is_thread_sanitized;
}

bool have(int version)
{
    if (landlock_version() < version)
        procpool::test::skip("this kernel's Landlock is missing or too old");
    return landlock_version() >= version;
}

bool can_open(const char* file)
{
    return bool(descriptor(::open(file, O_RDONLY | O_CLOEXEC)));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_landlock, test::nothing_left_behind)

BOOST_AUTO_TEST_CASE(only_what_is_readable_can_be_opened)
{
    if (!have(landlock_reading) || !can_restrict())
        return;
    const auto child = test::fork_child([] {
        restrict_by_landlock({.readable = only("/etc"), .writable = {}});
        return can_open("/etc/passwd") && !can_open("/proc/self/status");
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_CASE(a_path_that_does_not_exist_is_refused_and_nothing_is_restricted)
{
    if (!have(landlock_reading))
        return;
    BOOST_CHECK_THROW(restrict_by_landlock({.readable = only("/nowhere"), .writable = {}}), std::runtime_error);
    BOOST_TEST(can_open("/proc/self/status"));
}

BOOST_AUTO_TEST_CASE(new_privileges_can_be_forbidden_alone)
{
    if (!can_restrict())
        return;
    const auto child = test::fork_child([] {
        forbid_new_privileges();
        return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && can_open("/proc/self/status");
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
