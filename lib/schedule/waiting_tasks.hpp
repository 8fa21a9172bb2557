// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "schedule/task.hpp"

#include <map>

namespace procpool::schedule {

/// The queue: by priority, higher first; within one priority by id, which is the order of submission.
class waiting_tasks {
public:
    bool empty() const noexcept { return size_ == 0; }
    std::size_t size() const noexcept { return size_; }

    void push(task& t);
    /// A task that was with a worker and did not start gets its old place again.
    void put_back(task& t);
    /// The next one to run, or null.
    task* front() const noexcept;
    void remove(task& t) noexcept;

private:
    task_list& list_of(const task& t) { return by_priority_[t.priority]; }

    std::map<int, task_list, std::greater<>>
        by_priority_; // keeps empty lists: programs use few priorities, again and again
    std::size_t size_ = 0;
};

} // namespace procpool::schedule
