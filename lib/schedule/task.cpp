// SPDX-License-Identifier: BSL-1.0
#include "schedule/task.hpp"

namespace procpool::schedule {

void task_list::insert_ordered(task& t) noexcept
{
    task* position = first_;
    while (position && position->id < t.id)
        position = position->next;
    insert_before(position, t);
}

void task_list::insert_before(task* position, task& t) noexcept
{
    t.next = position;
    t.previous = position ? position->previous : last_;
    (t.previous ? t.previous->next : first_) = &t;
    (t.next ? t.next->previous : last_) = &t;
    ++size_;
}

void task_list::remove(task& t) noexcept
{
    (t.previous ? t.previous->next : first_) = t.next;
    (t.next ? t.next->previous : last_) = t.previous;
    t.previous = t.next = nullptr;
    --size_;
}

} // namespace procpool::schedule
