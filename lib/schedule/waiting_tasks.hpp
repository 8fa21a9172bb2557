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
    void remove(task& t) noexcept;
    /// Removes the next one to run. There must be one.
    task& pop() noexcept;

    /// How many priorities it remembers: all of the waiting tasks, and at most most_empty others. Whoever looks for the
    /// next task passes those.
    std::size_t priorities() const noexcept { return by_priority_.size(); }
    static constexpr std::size_t most_empty = 16;

private:
    using lists = std::map<int, task_list, std::greater<>>;

    task_list& list_to_fill(int priority);
    lists::const_iterator first_list() const noexcept;
    void take_out(task& t, task_list& from) noexcept;

    // Keeps some empty lists: most programs use few priorities, again and again. Others use a deadline or a score, and
    // a new one each time.
    lists by_priority_;
    std::size_t empty_ = 0; // of them
    std::size_t size_ = 0;
};

} // namespace procpool::schedule
