// SPDX-License-Identifier: BSL-1.0
// What becomes of the processes of a program that ends.
#include "support/left_behind.hpp"
#include "support/processes.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <sys/wait.h>

namespace procpool::test {
namespace {

/// A program with processes: test/crash/programs/processes.cpp.
struct host : nothing_left_behind {
    mailbox pids;
    mailbox gate;
    std::optional<started_program> program;

    void start(const std::string& what)
    {
        program.emplace(std::vector<std::string>{helper_program("processes"), what, pids.path(), gate.path()});
    }
    watched_process next() { return watched_process(pids.receive()); }
    void open_gate() { tell(gate.path(), 0); }
};

const char* const normal_ends[] = {"return", "exit"};

} // namespace

BOOST_FIXTURE_TEST_SUITE(process_ends, host)

BOOST_DATA_TEST_CASE(at_a_normal_end_daemons_are_terminated_and_others_are_joined, normal_ends)
{
    start(sample);
    const watched_process parent(program->pid());
    const auto daemon = next();
    open_gate();
    const auto other = next();
    BOOST_TEST(daemon.ends());
    BOOST_TEST(!other.has_ended());
    BOOST_TEST(!parent.has_ended());
    open_gate();
    BOOST_TEST(WEXITSTATUS(program->wait()) == 7);
    BOOST_TEST(other.has_ended());
}

BOOST_AUTO_TEST_CASE(a_daemon_that_ignores_sigterm_does_not_keep_the_program)
{
    start("stubborn");
    const auto daemon = next();
    open_gate();
    BOOST_TEST(WEXITSTATUS(program->wait()) == 7);
    BOOST_TEST(daemon.has_ended());
}

BOOST_AUTO_TEST_CASE(a_process_ends_its_own_processes_as_a_program_does)
{
    start("nested");
    const auto daemon = next();
    open_gate();
    const auto other = next();
    BOOST_TEST(daemon.ends());
    open_gate();
    BOOST_TEST(WEXITSTATUS(program->wait()) == 5);
    BOOST_TEST(other.has_ended());
}

BOOST_AUTO_TEST_CASE(an_abrupt_end_ends_them_all)
{
    start("_exit");
    const auto daemon = next();
    const auto other = next();
    open_gate();
    BOOST_TEST(WEXITSTATUS(program->wait()) == 7);
    BOOST_TEST(daemon.ends());
    BOOST_TEST(other.ends());
}

BOOST_AUTO_TEST_CASE(a_killed_program_takes_its_processes_and_theirs_with_it)
{
    start("killed");
    std::vector<watched_process> processes;
    while (processes.size() != 4)
        processes.push_back(next());
    for (const auto& each : processes)
        BOOST_TEST(!each.has_ended());
    BOOST_TEST(::kill(program->pid(), SIGKILL) == 0);
    BOOST_TEST(WTERMSIG(program->wait()) == SIGKILL);
    for (const auto& each : processes)
        BOOST_TEST(each.ends());
}

BOOST_AUTO_TEST_CASE(an_uncaught_exception_is_printed_to_stderr)
{
    BOOST_TEST(output_of(helper_program("processes") + " throws 2>&1 >/dev/null") ==
               "reader: ended by an uncaught exception, std::_Nested_exception<std::runtime_error>: the book cannot be "
               "read, because of std::out_of_range: no such page\n"
               "counter: ended by an uncaught exception, int\n");
}

BOOST_AUTO_TEST_CASE(a_program_that_forgot_run_if_worker_is_told_so_and_starts_nothing)
{
    BOOST_TEST(output_of(helper_program("processes") + " forgets - -") ==
               "this program started process-1 but has not called procpool::run_if_worker(): call it first in main, "
               "because processes are started from this same program and begin in main too, and start processes inside "
               "main");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
