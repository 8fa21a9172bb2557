// SPDX-License-Identifier: BSL-1.0
#include "schedule/arrivals.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

namespace procpool::schedule {

BOOST_AUTO_TEST_SUITE(schedule_arrivals)

BOOST_AUTO_TEST_CASE(neighbours_of_one_priority_form_a_run)
{
    std::array<task, 5> tasks;
    arrivals arrived;
    BOOST_TEST(arrived.empty());
    for (std::size_t i = 0; i != tasks.size(); ++i) {
        tasks[i].priority = i == 3 ? 7 : 0;
        arrived.push(tasks[i]);
    }
    BOOST_TEST(arrived.size() == 5);
    BOOST_TEST_REQUIRE(arrived.runs().size() == 3);
    BOOST_TEST(arrived.runs()[0].tasks.size() == 3);
    BOOST_TEST(arrived.runs()[1].priority == 7);
    BOOST_TEST(arrived.runs()[2].tasks.front() == &tasks[4]);
}

BOOST_AUTO_TEST_CASE(a_task_waits_from_its_arrival_on)
{
    task t;
    arrivals arrived;
    arrived.push(t);
    BOOST_TEST((t.where == stage::waiting));
}

BOOST_AUTO_TEST_CASE(a_task_names_one_that_has_its_turn_soon_after_it)
{
    std::array<task, 100> tasks;
    arrivals arrived;
    for (task& each : tasks)
        arrived.push(each);
    BOOST_TEST(tasks[0].soon == &tasks[32]);
    BOOST_TEST(tasks[67].soon == &tasks[99]);
    BOOST_TEST(tasks[68].soon == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule
