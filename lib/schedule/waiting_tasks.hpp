// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "schedule/arrivals.hpp"

#include <map>
#include <vector>

namespace procpool::schedule {

/// The queue: by priority, higher first; within one priority by id, which is the order of submission.
class waiting_tasks {
public:
    bool empty() const noexcept { return size_ == 0; }
    std::size_t size() const noexcept { return size_; }

    /// Those that have arrived join the queue.
    void append(arrivals::run& arrived);
    /// A task that was with a worker and did not start gets its old place again.
    void put_back(task& t);
    /// The next one to run, or null.
    task* front() const noexcept;
    /// All up to that id.
    std::vector<task*> up_to(std::uint64_t last_id) const;
    void remove(task& t) noexcept
    {
        list_of(t).remove(t);
        t.where = stage::outside;
        --size_;
    }
    /// Removes the next one to run. There must be one.
    task& pop() noexcept;

private:
    task_list& list_of(const task& t) { return by_priority_[t.priority]; }
    const task_list& first_list() const noexcept;

    // Keeps empty lists: programs use few priorities, again and again.
    std::map<int, task_list, std::greater<>> by_priority_;
    std::size_t size_ = 0;
};

} // namespace procpool::schedule
