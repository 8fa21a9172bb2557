// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "schedule/arrivals.hpp"
#include "schedule/task_heap.hpp"

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
    // New tasks have ascending ids, so a list suffices for them. Others come back at any place: those that rest come
    // back when their pauses end.
    struct line {
        task_list fresh;
        task_heap back;

        bool empty() const noexcept { return fresh.empty() && back.empty(); }
        task* front() const noexcept;
        void remove(task& t) noexcept;
    };
    using lines = std::map<int, line, std::greater<>>;

    line& line_to_fill(int priority);
    lines::const_iterator first_line() const noexcept;
    void take_out(task& t, line& from) noexcept;

    // Keeps some empty ones: most programs use few priorities, again and again. Others use a deadline or a score, and
    // a new one each time.
    lines by_priority_;
    std::size_t empty_ = 0; // of them
    std::size_t size_ = 0;
};

} // namespace procpool::schedule
