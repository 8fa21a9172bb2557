// SPDX-License-Identifier: BSL-1.0
#include "os/seccomp.hpp"

#include "os/seccomp_calls.hpp"
#include "processes.hpp"
#include "support/skip.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <set>
#include <sys/ioctl.h>
#include <unistd.h>

namespace procpool::os {

namespace {

constexpr worker_descriptors channel{.first = 3, .last = 7, .lifeline = 5};

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

BOOST_AUTO_TEST_CASE(the_channel_stays_as_it_is)
{
    if (!has_seccomp())
        return procpool::test::skip("no seccomp here, or no libseccomp in this build");
    const auto confined = test::fork_child([] {
        refuse_by_seccomp(calls_on_channel(channel));
        const auto is_kept = [](int fd) {
            return fails_with(EPERM, ::close(fd)) && fails_with(EPERM, ::dup2(0, fd)) &&
                   fails_with(EPERM, ::dup3(0, fd, O_CLOEXEC)) &&
                   fails_with(EPERM, ::close_range(static_cast<unsigned>(fd), ~0U, 0));
        };
        const auto is_single = [](int fd) {
            return fails_with(EPERM, ::dup(fd)) && fails_with(EPERM, ::dup2(fd, 20)) &&
                   fails_with(EPERM, ::dup3(fd, 20, O_CLOEXEC)) && fails_with(EPERM, ::fcntl(fd, F_DUPFD, 20)) &&
                   fails_with(EPERM, ::fcntl(fd, F_DUPFD_CLOEXEC, 20));
        };
        const auto keeps_its_mode = [](int fd) {
            int on = 1;
            return fails_with(EPERM, ::fcntl(fd, F_SETFL, 0)) && fails_with(EPERM, ::ioctl(fd, FIONBIO, &on));
        };
        bool holds = is_single(channel.lifeline) && fails_with(EPERM, ::close_range(0, ~0U, 0));
        for (int fd = channel.first; fd <= channel.last; ++fd)
            holds = holds && is_kept(fd) && keeps_its_mode(fd);
        const int own = ::fcntl(0, F_DUPFD_CLOEXEC, 20); // all that is the task's own
        return holds && own >= 20 && ::fcntl(own, F_SETFL, O_NONBLOCK) == 0 && ::close(own) == 0;
    });
    BOOST_TEST(confined.succeeds());
}

BOOST_AUTO_TEST_CASE(a_call_that_libseccomp_does_not_know_is_refused_by_its_number)
{
    if (!has_seccomp())
        return procpool::test::skip("no seccomp here, or no libseccomp in this build");
    constexpr long setxattrat = 463;
    const auto confined = test::fork_child([] {
        refuse_by_seccomp(calls_on_attributes());
        return fails_with(EPERM, ::syscall(setxattrat, -1, "", 0, "", nullptr, 0)) &&
               fails_with(EPERM, ::syscall(SYS_fchmod, -1, 0)) && fails_with(EBADF, ::syscall(SYS_fsync, -1));
    });
    BOOST_TEST(confined.succeeds());
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
