// SPDX-License-Identifier: BSL-1.0
#include "schedule/task.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <vector>

namespace procpool::schedule {
namespace {

std::array<task, 4> numbered_tasks()
{
    std::array<task, 4> tasks;
    for (std::size_t i = 0; i < tasks.size(); ++i)
        tasks[i].id = i + 1;
    return tasks;
}

std::string forwards(const task_list& list)
{
    std::string ids;
    for (const task* t = list.front(); t; t = t->next)
        ids += std::to_string(t->id);
    return ids;
}

std::string backwards(const task_list& list)
{
    std::string ids;
    for (const task* t = list.back(); t; t = t->previous)
        ids += std::to_string(t->id);
    return ids;
}

} // namespace

BOOST_AUTO_TEST_SUITE(schedule_task)

BOOST_AUTO_TEST_CASE(a_new_list_is_empty)
{
    const task_list list;
    BOOST_TEST(list.empty());
    BOOST_TEST(list.size() == 0);
    BOOST_TEST(list.front() == nullptr);
    BOOST_TEST(list.back() == nullptr);
}

BOOST_AUTO_TEST_CASE(tasks_stay_in_the_order_of_their_arrival)
{
    auto t = numbered_tasks();
    task_list list;
    for (task& each : t)
        list.push_back(each);
    BOOST_TEST(forwards(list) == "1234");
    BOOST_TEST(backwards(list) == "4321");
    BOOST_TEST(list.size() == 4);
}

BOOST_AUTO_TEST_CASE(a_task_can_leave_from_the_front_the_middle_and_the_back)
{
    auto t = numbered_tasks();
    task_list list;
    for (task& each : t)
        list.push_back(each);
    list.remove(t[1]);
    BOOST_TEST(forwards(list) == "134");
    list.remove(t[0]);
    BOOST_TEST(backwards(list) == "43");
    list.remove(t[3]);
    BOOST_TEST(forwards(list) == "3");
    list.remove(t[2]);
    BOOST_TEST(list.empty());
}

BOOST_AUTO_TEST_CASE(a_removed_task_keeps_no_neighbours)
{
    auto t = numbered_tasks();
    task_list list;
    list.push_back(t[0]);
    list.push_back(t[1]);
    list.remove(t[0]);
    BOOST_TEST(t[0].next == nullptr);
    BOOST_TEST(t[1].previous == nullptr);
}

BOOST_AUTO_TEST_CASE(a_list_takes_over_another)
{
    auto t = numbered_tasks();
    task_list list;
    task_list others;
    list.append(others);
    BOOST_TEST(list.empty());
    others.push_back(t[0]);
    others.push_back(t[1]);
    list.append(others);
    others.push_back(t[2]);
    list.append(others);
    BOOST_TEST(forwards(list) == "123");
    BOOST_TEST(backwards(list) == "321");
    BOOST_TEST(list.size() == 3);
    BOOST_TEST(others.empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule
