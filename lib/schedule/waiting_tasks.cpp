// SPDX-License-Identifier: BSL-1.0
#include "schedule/waiting_tasks.hpp"

#include <algorithm>

namespace procpool::schedule {

task* waiting_tasks::line::front() const noexcept
{
    task* const first = fresh.front();
    task* const first_back = back.front();
    return !first_back || (first && first->id < first_back->id) ? first : first_back;
}

void waiting_tasks::line::remove(task& t) noexcept
{
    if (t.is_back)
        back.remove(t);
    else
        fresh.remove(t);
    t.is_back = false;
}

void waiting_tasks::append(arrivals::run& arrived)
{
    const std::size_t count = arrived.tasks.size();
    line_to_fill(arrived.priority).fresh.append(arrived.tasks);
    size_ += count;
}

void waiting_tasks::put_back(task& t)
{
    line_to_fill(t.priority).back.push(t);
    t.is_back = true;
    t.where = stage::waiting;
    ++size_;
}

waiting_tasks::line& waiting_tasks::line_to_fill(int priority)
{
    const auto [place, is_new] = by_priority_.try_emplace(priority);
    if (!is_new && place->second.empty())
        --empty_;
    return place->second;
}

// There must be a task.
waiting_tasks::lines::const_iterator waiting_tasks::first_line() const noexcept
{
    return std::ranges::find_if(by_priority_, [](const auto& each) { return !each.second.empty(); });
}

task* waiting_tasks::front() const noexcept
{
    return size_ == 0 ? nullptr : first_line()->second.front();
}

void waiting_tasks::remove(task& t) noexcept
{
    take_out(t, by_priority_.find(t.priority)->second);
    t.where = stage::outside;
}

void waiting_tasks::take_out(task& t, line& from) noexcept
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
    for (const auto& [priority, tasks] : by_priority_) {
        const auto before = static_cast<std::ptrdiff_t>(found.size());
        tasks.back.append_to(found);
        const auto later =
            std::remove_if(found.begin() + before, found.end(), [last_id](const task* t) { return t->id > last_id; });
        found.erase(later, found.end());
        std::ranges::sort(found.begin() + before, found.end(), {}, &task::id);
        const auto middle = static_cast<std::ptrdiff_t>(found.size());
        for (task* t = tasks.fresh.front(); t && t->id <= last_id; t = t->next)
            found.push_back(t);
        std::ranges::inplace_merge(found.begin() + before, found.begin() + middle, found.end(), {}, &task::id);
    }
    return found;
}

task& waiting_tasks::pop() noexcept
{
    auto& next = const_cast<line&>(first_line()->second);
    task& first = *next.front();
    fetch(first.soon);
    take_out(first, next);
    return first;
}

} // namespace procpool::schedule
