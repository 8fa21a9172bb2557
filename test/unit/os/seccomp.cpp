// SPDX-License-Identifier: BSL-1.0
#include "os/seccomp.hpp"

#include "os/seccomp_calls.hpp"
#include "processes.hpp"
#include "support/skip.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <set>

namespace procpool::os {

namespace {

bool fails_with(int error, long result)
{
    return result < 0 && errno == error;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_seccomp, test::nothing_left_behind)

BOOST_AUTO_TEST_CASE(the_profiles_differ_by_files)
{
    if (!has_seccomp())
        return procpool::test::skip("no seccomp here, or no libseccomp in this build");
    const auto reader = test::fork_child([] {
        restrict_by_seccomp(syscall_profile::readonly);
        return ::open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0 && fails_with(EPERM, ::open("/dev/null", O_WRONLY));
    });
    const auto computer = test::fork_child([] {
        restrict_by_seccomp(syscall_profile::compute);
        return fails_with(EPERM, ::open("/dev/null", O_RDONLY | O_CLOEXEC)) && fails_with(EPERM, ::fork());
    });
    BOOST_TEST(reader.succeeds());
    BOOST_TEST(computer.succeeds());
}

BOOST_AUTO_TEST_CASE(no_call_is_listed_twice)
{
    std::multiset<std::string> names(std::begin(harmless_calls), std::end(harmless_calls));
    names.insert(std::begin(reading_calls), std::end(reading_calls));
    names.insert(std::begin(unknown_calls), std::end(unknown_calls));
    for (const auto& name : names)
        BOOST_TEST(names.count(name) == 1u, name);
    for (const auto& calls : {conditional_calls(), conditional_reading_calls()})
        for (const auto& call : calls)
            BOOST_TEST(!names.contains(call.name), call.name << " is allowed already");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
