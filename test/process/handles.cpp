// SPDX-License-Identifier: BSL-1.0
// The objects that stand for processes, and what their end does.
#include "process/functions.hpp"
#include "support/left_behind.hpp"

#include <cstdlib>
#include <optional>

namespace procpool::test {

BOOST_FIXTURE_TEST_SUITE(process_handles, nothing_left_behind)

BOOST_AUTO_TEST_CASE(active_children_are_those_that_run)
{
    const mailbox pids;
    BOOST_TEST(active_children().empty());
    process unstarted([] {});
    process one = waiting_process(pids, {.name = "one"});
    process two = waiting_process(pids, {.name = "two", .daemon = true});
    auto all = active_children();
    BOOST_TEST_REQUIRE(all.size() == 2u);
    BOOST_TEST(all[0].name() == "one");
    BOOST_TEST(!all[0].is_daemon());
    BOOST_TEST(all[1].name() == "two");
    BOOST_TEST(all[1].is_daemon());
    all[0].terminate();
    all[0].join();
    BOOST_TEST(one.exit_code().value() == -SIGTERM);
    BOOST_TEST(active_children().size() == 1u);
    all.clear(); // ends nothing
    BOOST_TEST(two.is_alive());
}

BOOST_AUTO_TEST_CASE(a_destroyed_process_is_joined_and_a_destroyed_daemon_is_terminated)
{
    const mailbox pids;
    const mailbox release;
    std::optional<watched_process> joined;
    {
        process one(hear, release.path());
        one.start();
        joined.emplace(*one.pid());
        tell(release.path(), 0);
    }
    BOOST_TEST(joined->has_ended());
    std::optional<watched_process> terminated;
    {
        const process daemon = waiting_process(pids, {.daemon = true});
        terminated.emplace(*daemon.pid());
    }
    BOOST_TEST(terminated->has_ended());
}

BOOST_AUTO_TEST_CASE(a_destroyed_daemon_that_ignores_sigterm_is_killed)
{
    const mailbox pids;
    std::optional<watched_process> daemon;
    {
        process stubborn({.daemon = true}, tell_and_wait_in_silence, pids.path());
        stubborn.start();
        daemon.emplace(pids.receive());
    }
    BOOST_TEST(daemon->has_ended());
}

BOOST_AUTO_TEST_CASE(assigning_ends_the_process_that_was_there)
{
    const mailbox pids;
    process one = waiting_process(pids, {.daemon = true});
    const watched_process first(*one.pid());
    one = process([] {});
    BOOST_TEST(first.has_ended());
    BOOST_TEST(code_after(one) == 0);
}

BOOST_AUTO_TEST_CASE(a_child_outlives_its_process_object)
{
    std::optional<child> handle;
    {
        process one([] { std::exit(3); });
        one.start();
        handle = one;
    }
    BOOST_TEST(handle->exit_code().value() == 3);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
