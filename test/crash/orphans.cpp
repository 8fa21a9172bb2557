// SPDX-License-Identifier: BSL-1.0
// own executable
// Hosts that get the orphans of the processes below them, as process 1 of a container and subreapers do.
#include "support/processes.hpp"
#include "support/skip.hpp"

#include <procpool.hpp>

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace procpool::test;

/// This process is a subreaper while it lives. It has one child of its own, which ended with exit code 5.
class subreaper : nothing_left_behind {
public:
    subreaper()
    {
        BOOST_TEST(::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
        child_ = ::fork();
        if (child_ == 0)
            ::_exit(5);
    }
    subreaper(const subreaper&) = delete;
    subreaper& operator=(const subreaper&) = delete;
    ~subreaper()
    {
        int status = 0;
        BOOST_TEST(::waitpid(child_, &status, 0) == child_); // it was left to the host
        BOOST_TEST(WEXITSTATUS(status) == 5);
        BOOST_TEST(eventually([] { return !has_children(); }));
        ::prctl(PR_SET_CHILD_SUBREAPER, 0);
    }

private:
    pid_t child_ = -1;
};

[[noreturn]] void wait_for_ever()
{
    for (;;)
        ::pause();
}

/// A task: leaves behind a child and a grandchild.
void start_others()
{
    if (::fork() == 0) {
        ::fork();
        wait_for_ever();
    }
}

void start_others_and_crash()
{
    start_others();
    ::raise(SIGKILL);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_orphans, subreaper)

BOOST_AUTO_TEST_CASE(what_crashed_tasks_leave_behind_is_reaped)
{
    procpool::pool pool({.workers = 2});
    for (int i = 0; i != 20; ++i)
        BOOST_CHECK_THROW(pool.async_submit(start_others_and_crash).get(), procpool::worker_crashed);
    pool.join();
}

BOOST_AUTO_TEST_CASE(what_a_destroyed_pool_leaves_behind_is_reaped)
{
    procpool::pool pool({.workers = 1});
    pool.async_submit(start_others).get();
}

BOOST_AUTO_TEST_CASE(what_a_process_leaves_behind_is_reaped)
{
    procpool::process single(start_others);
    single.start();
    single.join();
    BOOST_TEST(single.exit_code().value() == 0);
}

BOOST_AUTO_TEST_CASE(what_left_its_session_is_reaped_with_its_control_group)
{
    try {
        procpool::pool pool({.workers = 1, .worker = {.contain = procpool::containment::cgroup}});
        pool.async_submit([] {
                if (::fork() == 0) {
                    ::setsid();
                    wait_for_ever();
                }
            })
            .get();
    } catch (const boost::system::system_error& error) {
        skip(error.what());
    }
}

BOOST_AUTO_TEST_SUITE_END()
