// SPDX-License-Identifier: BSL-1.0
#include "schedule/waiting_tasks.hpp"

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

task* waiting_tasks::front() const noexcept
{
    if (size_ == 0)
        return nullptr;
    for (const auto& [priority, list] : by_priority_)
        if (!list.empty())
            return list.front();
    return nullptr;
}

} // namespace procpool::schedule
