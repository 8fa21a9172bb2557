// SPDX-License-Identifier: BSL-1.0
#include "schedule/task.hpp"

namespace procpool::schedule {

void task_list::append(task_list& others) noexcept
{
    if (others.empty())
        return;
    others.first_->previous = last_;
    (last_ ? last_->next : first_) = others.first_;
    last_ = others.last_;
    size_ += others.size_;
    others = {};
}

void task_list::insert_ordered(task& t) noexcept
{
    task* position = first_;
    if (last_ && last_->id < t.id)
        position = nullptr;
    else if (last_inserted_ && first_->id < t.id)
        position = last_inserted_;
    while (position && position->previous && position->previous->id > t.id)
        position = position->previous;
    while (position && position->id < t.id)
        position = position->next;
    insert_before(position, t);
    last_inserted_ = &t;
}

} // namespace procpool::schedule
