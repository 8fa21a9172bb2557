// SPDX-License-Identifier: BSL-1.0
// own executable
// Hosts that start workers as root and become an unprivileged user: a signal to such a worker fails with EPERM.
#include "support/processes.hpp"
#include "support/skip.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <unistd.h>

namespace {

using namespace procpool::test;

struct ending {
    const char* name;
    const char* expected;
};

std::ostream& operator<<(std::ostream& to, const ending& each)
{
    return to << each.name;
}

constexpr ending endings[] = {
    {"idle", "destroyed\n"},
    {"busy", "ended\n"},
    {"timeout", "timed out\nended\n7\n"},
    {"kill_workers", "killed by SIGKILL\nthrough its lifeline\n"},
    {"idle_forked", "destroyed\n"},
    {"busy_forked", "ended\n"},
    {"timeout_forked", "timed out\nended\n7\n"},
    {"crash", "killed by SIGABRT\nended\n"},
    {"kill", "ended\nkilled by SIGKILL\n"},
    {"terminate", "ended\nkilled by SIGKILL\n"},
    {"send_signal", "not permitted\nended\nkilled by SIGKILL\n"},
    {"daemon", "ended\n"},
};

std::string output_of_host(const std::string& name)
{
    const mailbox pids;
    return output_of("timeout 60 " + helper_program("dropped") + ' ' + name + ' ' + pids.path() + " 2>&1");
}

bool is_root()
{
    if (::geteuid() == 0)
        return true;
    skip("only root can give up its privileges");
    return false;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_privileges, nothing_left_behind)

BOOST_DATA_TEST_CASE(workers_that_may_not_be_signalled_any_more_are_ended_nevertheless, endings)
{
    if (is_root())
        BOOST_TEST(output_of_host(sample.name) == sample.expected);
}

BOOST_AUTO_TEST_CASE(a_host_that_has_another_effective_user_for_a_while_can_start_workers)
{
    if (is_root())
        BOOST_TEST(output_of_host("effective_user") == "7\n");
}

BOOST_AUTO_TEST_CASE(what_left_its_session_is_ended_with_its_control_group)
{
    if (!is_root())
        return;
    const auto output = output_of_host("cgroup");
    if (output.find("the worker cannot have a") != std::string::npos)
        return skip(output);
    BOOST_TEST(output == "killed by SIGABRT\nended\n");
}

BOOST_AUTO_TEST_CASE(a_user_with_too_many_descriptors_in_flight_gets_workers_queues_and_processes_later)
{
    if (!is_root())
        return;
    BOOST_TEST(output_of_host("fork_later") == "7\n0 died\n");
    BOOST_TEST(output_of_host("send_later") == "7\n");
    BOOST_TEST(output_of_host("start_later") == "7\n");
}

BOOST_AUTO_TEST_SUITE_END()
