// SPDX-License-Identifier: BSL-1.0
#include "schedule/start_policy.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace procpool::schedule {
namespace {

using namespace std::chrono_literals;

/// Fails as soon as it may try; returns the pause that follows.
duration fail(start_policy& policy, time_point& now)
{
    now = std::max(now, policy.next_try());
    policy.failed(now);
    return policy.next_try() - now;
}

} // namespace

BOOST_AUTO_TEST_SUITE(schedule_start_policy)

BOOST_AUTO_TEST_CASE(the_first_try_is_at_once)
{
    const start_policy policy;
    BOOST_TEST((policy.next_try() <= time_point{}));
    BOOST_TEST(!policy.given_up());
}

BOOST_AUTO_TEST_CASE(pauses_double_up_to_the_longest)
{
    start_policy policy;
    time_point now{1h};
    for (duration expected = 10ms; expected < 1s; expected *= 2)
        BOOST_TEST((fail(policy, now) == expected));
    for (int i = 0; i < 100; ++i)
        BOOST_TEST((fail(policy, now) == 1s));
}

BOOST_AUTO_TEST_CASE(a_few_failures_in_a_row_are_given_up)
{
    start_policy policy;
    time_point now{1h};
    for (int i = 1; i < start_policy::tries; ++i)
        fail(policy, now);
    BOOST_TEST(!policy.given_up());
    fail(policy, now);
    BOOST_TEST(policy.given_up());
}

BOOST_AUTO_TEST_CASE(workers_that_their_tasks_may_have_ended_are_longer_and_longer_pauses_and_no_failures)
{
    start_policy policy;
    time_point now{1h};
    for (const duration expected : {10ms, 20ms, 40ms, 80ms, 160ms, 320ms, 640ms, 1000ms, 1000ms}) {
        now = std::max(now, policy.next_try());
        policy.pause(now);
        BOOST_TEST((policy.next_try() == now + expected));
    }
    BOOST_TEST(!policy.given_up());
    BOOST_TEST((fail(policy, now) == 10ms));
}

BOOST_AUTO_TEST_CASE(workers_that_fail_together_are_one_failure)
{
    start_policy policy;
    for (int i = 0; i < start_policy::tries; ++i)
        policy.failed(time_point{1h});
    BOOST_TEST(!policy.given_up());
    BOOST_TEST((policy.next_try() == time_point{1h} + 10ms));
}

BOOST_AUTO_TEST_CASE(a_worker_that_did_its_work_ends_the_row)
{
    start_policy policy;
    time_point now{1h};
    for (int i = 0; i < start_policy::tries; ++i)
        fail(policy, now);
    policy.worked();
    BOOST_TEST(!policy.given_up());
    BOOST_TEST((fail(policy, now) == 10ms));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule
