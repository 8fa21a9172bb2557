// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "schedule/task.hpp"

#include <vector>

namespace procpool::schedule {

/// Tasks by id, lowest first, in whatever order they come and leave: an intrusive pairing heap, so it needs no memory
/// of its own and cannot fail. The first task and a push cost a constant time, a removal the logarithm of the number of
/// tasks, on average over all. Source: Fredman, Sedgewick, Sleator, Tarjan, "The pairing heap: a new form of
/// self-adjusting heap", Algorithmica 1 (1986).
///
/// A task's `previous` is its parent if it is the first child, otherwise the sibling before it.
class task_heap {
public:
    bool empty() const noexcept { return first_ == nullptr; }
    /// The one with the lowest id, or null.
    task* front() const noexcept { return first_; }
    void push(task& t) noexcept;
    void remove(task& t) noexcept;
    /// Adds all of them to a list, in no particular order.
    void append_to(std::vector<task*>& all) const;

private:
    task* first_ = nullptr;
};

} // namespace procpool::schedule
