// SPDX-License-Identifier: BSL-1.0
#include "schedule/waiting_tasks.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <deque>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace procpool::schedule {
namespace {

struct queue_of_tasks {
    task& add(int priority = 0)
    {
        task& t = tasks.emplace_back();
        t.id = tasks.size();
        t.priority = priority;
        arrivals arrived;
        arrived.push(t);
        queue.append(arrived.runs().front());
        return t;
    }

    std::string take_all()
    {
        std::string ids;
        while (task* t = queue.front()) {
            queue.remove(*t);
            ids += std::to_string(t->id);
        }
        return ids;
    }

    std::deque<task> tasks; // addresses are stable
    waiting_tasks queue;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(schedule_waiting_tasks, queue_of_tasks)

BOOST_AUTO_TEST_CASE(an_empty_queue_has_no_front)
{
    BOOST_TEST(queue.empty());
    BOOST_TEST(queue.front() == nullptr);
}

BOOST_AUTO_TEST_CASE(equal_priorities_leave_in_the_order_of_submission)
{
    for (int i = 0; i < 3; ++i)
        add();
    BOOST_TEST(queue.size() == 3);
    BOOST_TEST(take_all() == "123");
}

BOOST_AUTO_TEST_CASE(a_higher_priority_leaves_first)
{
    for (const int priority : {0, 5, -1, 5})
        add(priority);
    BOOST_TEST(take_all() == "2413");
}

BOOST_AUTO_TEST_CASE(a_task_that_is_put_back_gets_its_old_place)
{
    task& first = add();
    task& second = add();
    add();
    queue.remove(first);
    queue.remove(second);
    queue.put_back(second);
    queue.put_back(first);
    BOOST_TEST(take_all() == "123");
}

// Against a set of what waits.
BOOST_AUTO_TEST_CASE(whatever_leaves_and_comes_back_the_lowest_id_is_next)
{
    std::mt19937 chance(1);
    std::set<std::uint64_t> waiting;
    for (int step = 0; step != 20'000; ++step) {
        if (tasks.empty() || chance() % 10 == 0)
            waiting.insert(add().id);
        task& t = tasks[chance() % tasks.size()];
        if (t.where == stage::waiting) {
            queue.remove(t);
            waiting.erase(t.id);
        } else {
            queue.put_back(t);
            waiting.insert(t.id);
        }
        BOOST_TEST_REQUIRE(queue.size() == waiting.size());
        BOOST_TEST_REQUIRE((waiting.empty() ? queue.empty() : queue.front()->id == *waiting.begin()));
    }
    const std::uint64_t last_id = tasks.size() / 2;
    std::vector<std::uint64_t> ids;
    for (const task* each : queue.up_to(last_id))
        ids.push_back(each->id);
    BOOST_TEST(ids == std::vector(waiting.begin(), waiting.upper_bound(last_id)), boost::test_tools::per_element());
}

// Where each cost more than the logarithm of their number, this would take minutes.
BOOST_AUTO_TEST_CASE(a_million_come_back_from_both_ends_in_turn)
{
    constexpr std::size_t count = 1'000'000;
    for (std::size_t i = 0; i != count; ++i)
        queue.remove(add());
    for (std::size_t i = 0; i != count / 2; ++i) {
        queue.put_back(tasks[i]);
        queue.put_back(tasks[count - 1 - i]);
    }
    bool are_in_order = true;
    for (std::size_t i = 0; i != count; ++i)
        are_in_order &= &queue.pop() == &tasks[i];
    BOOST_TEST(are_in_order);
}

BOOST_AUTO_TEST_CASE(a_task_knows_whether_it_waits)
{
    task& t = add();
    BOOST_TEST((t.where == stage::waiting));
    queue.remove(t);
    BOOST_TEST((t.where == stage::outside));
    BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(priorities_that_are_not_used_any_more_are_forgotten)
{
    for (int round = 0; round != 3; ++round) {
        for (int priority = 0; priority != 1000; ++priority)
            add(round * 1000 + priority);
        BOOST_TEST(queue.priorities() <= 1000u + waiting_tasks::most_empty);
        while (!queue.empty())
            queue.pop();
        BOOST_TEST(queue.priorities() <= waiting_tasks::most_empty);
    }
}

BOOST_AUTO_TEST_CASE(whichever_way_a_task_leaves_an_unused_priority_is_forgotten)
{
    std::vector<task*> all;
    for (int priority = 0; priority != 100; ++priority)
        all.push_back(&add(priority % 50));
    for (task* const each : all) {
        queue.remove(*each);
        queue.put_back(*each);
        queue.remove(*each);
    }
    BOOST_TEST(queue.priorities() <= waiting_tasks::most_empty);
}

BOOST_AUTO_TEST_CASE(a_task_can_leave_from_the_middle)
{
    add();
    task& middle = add();
    add();
    queue.remove(middle);
    BOOST_TEST(take_all() == "13");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule
