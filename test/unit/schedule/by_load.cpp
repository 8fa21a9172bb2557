// SPDX-License-Identifier: BSL-1.0
#include "schedule/by_load.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <deque>

namespace procpool::schedule {
namespace {

struct loaded_workers {
    void give_task(worker& busy)
    {
        ready.remove(busy);
        busy.sent.push_back(tasks.emplace_back());
        ready.insert(busy);
    }

    std::deque<task> tasks; // addresses are stable
    std::array<worker, 3> w;
    by_load ready;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(schedule_by_load, loaded_workers)

BOOST_AUTO_TEST_CASE(without_workers_there_is_no_least_and_no_most)
{
    BOOST_TEST(ready.least() == nullptr);
    BOOST_TEST(ready.most() == nullptr);
    BOOST_TEST(ready.size() == 0);
}

BOOST_AUTO_TEST_CASE(least_and_most_follow_the_load)
{
    for (worker& each : w)
        ready.insert(each);
    give_task(w[0]);
    give_task(w[2]);
    give_task(w[2]);
    BOOST_TEST(ready.least() == &w[1]);
    BOOST_TEST(ready.most() == &w[2]);
}

BOOST_AUTO_TEST_CASE(who_was_set_aside_counts_and_is_neither_least_nor_most)
{
    for (worker& each : w)
        ready.insert(each);
    give_task(w[0]);
    ready.set_aside(w[0]);
    ready.set_aside(w[1]);
    BOOST_TEST(ready.size() == 3u);
    BOOST_TEST(ready.idle() == 1u);
    BOOST_TEST(ready.most() == &w[2]);
    ready.set_aside(w[2]);
    BOOST_TEST(ready.least() == nullptr);
    BOOST_TEST(ready.aside() == &w[2]);
    ready.remove(w[2]);
    BOOST_TEST(ready.aside() == &w[1]);
    ready.update(w[0]);
    BOOST_TEST(ready.most() == &w[0]);
    BOOST_TEST(ready.size() == 2u);
}

BOOST_AUTO_TEST_CASE(idle_workers_are_counted)
{
    for (worker& each : w)
        ready.insert(each);
    BOOST_TEST(ready.idle() == 3);
    give_task(w[1]);
    BOOST_TEST(ready.idle() == 2);
    BOOST_TEST(ready.size() == 3);
}

BOOST_AUTO_TEST_CASE(workers_of_equal_load_can_leave_in_any_order)
{
    for (worker& each : w)
        ready.insert(each);
    for (const std::size_t i : {1u, 0u, 2u})
        ready.remove(w[i]);
    BOOST_TEST(ready.size() == 0);
    BOOST_TEST(ready.idle() == 0);
    BOOST_TEST(ready.least() == nullptr);
}

BOOST_AUTO_TEST_CASE(a_worker_that_left_is_not_found)
{
    ready.insert(w[0]);
    ready.insert(w[1]);
    give_task(w[1]);
    ready.remove(w[0]);
    BOOST_TEST(ready.least() == &w[1]);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule
