// SPDX-License-Identifier: BSL-1.0
#include "os/fork_sibling.hpp"

#include "processes.hpp"
#include "support/skip.hpp"

#include <csignal>
#include <new>
#include <sys/mman.h>

namespace procpool::os {
namespace {

/// A number that forked processes share with this one.
class shared_number {
public:
    shared_number()
        : number_(new(::mmap(nullptr, sizeof(std::atomic<std::int32_t>), PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0)) std::atomic<std::int32_t>(0))
    {
    }
    shared_number(const shared_number&) = delete;
    shared_number& operator=(const shared_number&) = delete;
    ~shared_number() { ::munmap(number_, sizeof(*number_)); }
    std::atomic<std::int32_t>& operator*() const noexcept { return *number_; }

private:
    std::atomic<std::int32_t>* number_;
};

int status_of(pid_t child)
{
    int status = -1;
    BOOST_TEST(::waitpid(child, &status, 0) == child);
    return status;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_fork_sibling, test::nothing_left_behind)

BOOST_AUTO_TEST_CASE(the_new_process_is_a_child_of_the_callers_parent)
{
    if (procpool::test::is_thread_sanitized)
        return procpool::test::skip("ThreadSanitizer does not know the system call");
    const shared_number pid;
    const pid_t here = ::getpid();
    const pid_t caller = ::fork();
    if (caller == 0) {
        const pid_t child = fork_sibling(*pid);
        if (child == 0)
            ::_exit(::getppid() == here ? 7 : 8);
        ::_exit(child == *pid ? 0 : 1);
    }
    BOOST_TEST(WEXITSTATUS(status_of(caller)) == 0);
    BOOST_TEST(WEXITSTATUS(status_of(*pid)) == 7);
}

BOOST_AUTO_TEST_CASE(its_number_is_known_to_the_parent_when_the_caller_is_killed_in_the_call)
{
    if (procpool::test::is_thread_sanitized)
        return procpool::test::skip("ThreadSanitizer does not know the system call");
    const shared_number pid;
    const pid_t caller = ::fork();
    if (caller == 0) {
        if (fork_sibling(*pid) == 0)
            ::_exit(7);
        ::raise(SIGKILL);
    }
    BOOST_TEST(WTERMSIG(status_of(caller)) == SIGKILL);
    BOOST_TEST(WEXITSTATUS(status_of(*pid)) == 7);
}

BOOST_AUTO_TEST_CASE(the_c_library_knows_the_new_number)
{
    if (procpool::test::is_thread_sanitized)
        return procpool::test::skip("ThreadSanitizer does not know the system call");
    BOOST_TEST(can_fork_sibling());
    const shared_number pid;
    const pid_t caller = ::fork();
    if (caller == 0) {
        if (fork_sibling(*pid) == 0)
            ::raise(SIGTERM); // to the number that it has for itself
        ::_exit(0);
    }
    BOOST_TEST(WEXITSTATUS(status_of(caller)) == 0);
    BOOST_TEST(WTERMSIG(status_of(*pid)) == SIGTERM);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
