// SPDX-License-Identifier: BSL-1.0
#include "schedule/by_load.hpp"

#include <algorithm>
#include <ranges>

namespace procpool::schedule {
namespace {

worker* first_of(auto&& heads) noexcept
{
    const auto found = std::ranges::find_if(heads, [](worker* head) { return head != nullptr; });
    return found == heads.end() ? nullptr : *found;
}

} // namespace

void by_load::insert(worker& w)
{
    if (buckets_.size() <= w.load())
        buckets_.resize(w.load() + 1);
    worker*& head = buckets_[w.load()];
    w.previous = nullptr;
    w.next = head;
    if (head)
        head->previous = &w;
    head = &w;
    ++size_;
    idle_ += w.load() == 0;
}

void by_load::remove(worker& w) noexcept
{
    (w.previous ? w.previous->next : buckets_[w.load()]) = w.next;
    if (w.next)
        w.next->previous = w.previous;
    w.previous = w.next = nullptr;
    --size_;
    idle_ -= w.load() == 0;
}

worker* by_load::least() const noexcept
{
    return first_of(buckets_);
}

worker* by_load::most() const noexcept
{
    return first_of(buckets_ | std::views::reverse);
}

} // namespace procpool::schedule
