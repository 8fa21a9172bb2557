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
    t.soon = nullptr;
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

std::vector<task*> waiting_tasks::up_to(std::uint64_t last_id) const
{
    std::vector<task*> found;
    for (const auto& [priority, tasks] : by_priority_)
        for (task* t = tasks.front(); t && t->id <= last_id; t = t->next)
            found.push_back(t);
    return found;
}

task& waiting_tasks::pop() noexcept
{
    auto& list = const_cast<task_list&>(first_list());
    task& first = *list.front();
    fetch(first.soon);
    list.remove(first);
    --size_;
    return first;
}

} // namespace procpool::schedule
