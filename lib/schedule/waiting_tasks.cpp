// SPDX-License-Identifier: BSL-1.0
#include "schedule/waiting_tasks.hpp"

#include <algorithm>

namespace procpool::schedule {

void waiting_tasks::append(arrivals::run& arrived)
{
    const std::size_t count = arrived.tasks.size();
    list_to_fill(arrived.priority).append(arrived.tasks);
    size_ += count;
}

void waiting_tasks::put_back(task& t)
{
    list_to_fill(t.priority).insert_ordered(t);
    t.soon = nullptr;
    t.where = stage::waiting;
    ++size_;
}

task_list& waiting_tasks::list_to_fill(int priority)
{
    const auto [place, is_new] = by_priority_.try_emplace(priority);
    if (!is_new && place->second.empty())
        --empty_;
    return place->second;
}

// There must be a task.
waiting_tasks::lists::const_iterator waiting_tasks::first_list() const noexcept
{
    return std::ranges::find_if(by_priority_, [](const auto& each) { return !each.second.empty(); });
}

task* waiting_tasks::front() const noexcept
{
    return size_ == 0 ? nullptr : first_list()->second.front();
}

void waiting_tasks::remove(task& t) noexcept
{
    take_out(t, by_priority_.find(t.priority)->second);
    t.where = stage::outside;
}

void waiting_tasks::take_out(task& t, task_list& from) noexcept
{
    from.remove(t);
    --size_;
    if (!from.empty() || ++empty_ <= most_empty)
        return;
    std::erase_if(by_priority_, [](const auto& each) { return each.second.empty(); });
    empty_ = 0;
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
    auto& list = const_cast<task_list&>(first_list()->second);
    task& first = *list.front();
    fetch(first.soon);
    take_out(first, list);
    return first;
}

} // namespace procpool::schedule
