// SPDX-License-Identifier: BSL-1.0
#include "schedule/by_load.hpp"

#include <algorithm>

namespace procpool::schedule {

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
    least_ = std::min(least_, w.load());
    most_ = std::max(most_, w.load());
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
    if (size_ == 0)
        return nullptr;
    while (!buckets_[least_])
        ++least_;
    return buckets_[least_];
}

worker* by_load::most() const noexcept
{
    if (size_ == 0)
        return nullptr;
    while (!buckets_[most_])
        --most_;
    return buckets_[most_];
}

} // namespace procpool::schedule
