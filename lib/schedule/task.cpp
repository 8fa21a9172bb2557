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

} // namespace procpool::schedule
