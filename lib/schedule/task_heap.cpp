// SPDX-License-Identifier: BSL-1.0
#include "schedule/task_heap.hpp"

#include <utility>

namespace procpool::schedule {
namespace {

// Both are roots without siblings. Returns the one that is above the other now.
task* meld(task* a, task* b) noexcept
{
    if (!a || !b)
        return a ? a : b;
    if (b->id < a->id)
        std::swap(a, b);
    b->previous = a;
    b->next = a->first_child;
    if (b->next)
        b->next->previous = b;
    a->first_child = b;
    return a;
}

// Makes it a root without siblings. Returns the sibling behind it.
task* cut_off(task& t) noexcept
{
    t.previous = nullptr;
    return std::exchange(t.next, nullptr);
}

// Melds siblings in pairs, and then the pairs, from the last to the first: that keeps the heap flat.
task* meld_all(task* siblings) noexcept
{
    task* pairs = nullptr; // linked by `next`, the last one first
    while (siblings) {
        task* const a = siblings;
        task* const b = cut_off(*a);
        siblings = b ? cut_off(*b) : nullptr;
        task* const pair = meld(a, b);
        pair->next = std::exchange(pairs, pair);
    }
    task* all = nullptr;
    while (pairs) {
        task* const pair = pairs;
        pairs = cut_off(*pair);
        all = meld(pair, all);
    }
    return all;
}

} // namespace

void task_heap::push(task& t) noexcept
{
    t.previous = t.next = nullptr;
    t.first_child = nullptr;
    first_ = meld(first_, &t);
}

void task_heap::remove(task& t) noexcept
{
    const bool is_first = &t == first_;
    if (!is_first) {
        (t.previous->first_child == &t ? t.previous->first_child : t.previous->next) = t.next;
        if (t.next)
            t.next->previous = t.previous;
    }
    task* const below = meld_all(std::exchange(t.first_child, nullptr));
    first_ = is_first ? below : meld(first_, below);
    t.previous = t.next = nullptr;
}

void task_heap::append_to(std::vector<task*>& all) const
{
    std::size_t next = all.size();
    if (first_)
        all.push_back(first_);
    for (; next != all.size(); ++next)
        for (task* child = all[next]->first_child; child; child = child->next)
            all.push_back(child);
}

} // namespace procpool::schedule
