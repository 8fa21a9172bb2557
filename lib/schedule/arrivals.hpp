// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "schedule/task.hpp"

#include <array>
#include <bit>
#include <vector>

namespace procpool::schedule {

/// Submitted tasks on their way to the scheduler, in runs of equal priority. They are linked while the processor that
/// made them still has them in its cache, and join the queue run by run: nobody walks along a burst of a million. Not
/// thread-safe.
class arrivals {
public:
    struct run {
        int priority;
        task_list tasks;
    };

    bool empty() const noexcept { return size_ == 0; }
    std::size_t size() const noexcept { return size_; }
    std::vector<run>& runs() noexcept { return runs_; }
    /// Those whose time to wait is limited.
    const std::vector<task*>& impatient() const noexcept { return impatient_; }

    /// Then push() of this task cannot fail.
    void make_room_for(const task& t)
    {
        if (is_impatient(t))
            impatient_.reserve(std::bit_ceil(impatient_.size() + 1));
        if (needs_run(t))
            runs_.reserve(std::bit_ceil(runs_.size() + 1));
    }
    void push(task& t)
    {
        if (needs_run(t))
            runs_.push_back({t.priority, {}});
        runs_.back().tasks.push_back(t);
        note_order(t);
        if (is_impatient(t))
            impatient_.push_back(&t);
        t.where = stage::waiting;
        ++size_;
    }

private:
    static bool is_impatient(const task& t) noexcept { return t.limits->queue_end || t.limits->deadline; }
    bool needs_run(const task& t) const noexcept { return runs_.empty() || runs_.back().priority != t.priority; }
    // Whoever takes a task out of the queue has one fetched that comes some places later.
    void note_order(task& t) noexcept
    {
        task*& some_places_before = latest_[size_ % latest_.size()];
        if (some_places_before)
            some_places_before->soon = &t;
        some_places_before = &t;
        t.soon = nullptr;
    }

    std::vector<run> runs_;
    std::vector<task*> impatient_;
    std::array<task*, 32> latest_{};
    std::size_t size_ = 0;
};

} // namespace procpool::schedule
