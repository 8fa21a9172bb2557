// SPDX-License-Identifier: BSL-1.0
#include "schedule/waiting_tasks.hpp"

#include <algorithm>

namespace procpool::schedule {

void waiting_tasks::append(arrivals::run& arrived)
{
    size_ += arrived.tasks.size();
    by_priority_[arrived.priority].append(arrived.tasks);
}

void waiting_tasks::put_back(task& t)
{
    list_of(t).insert_ordered(t);
    t.where = stage::waiting;
    ++size_;
}

// There must be a task.
const task_list& waiting_tasks::first_list() const noexcept
{
    return std::ranges::find_if(by_priority_, [](const auto& each) { return !each.second.empty(); })->second;
}

task* waiting_tasks::front() const noexcept
{
    return size_ == 0 ? nullptr : first_list().front();
}

task& waiting_tasks::pop() noexcept
{
    auto& list = const_cast<task_list&>(first_list());
    task& first = *list.front();
    list.remove(first);
    --size_;
    return first;
}

} // namespace procpool::schedule
