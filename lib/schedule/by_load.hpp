// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "schedule/send_ahead.hpp"
#include "schedule/worker.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace procpool::schedule {

/// Ready workers in buckets of equal load. Finding the least and the most loaded and moving a worker are all constant
/// in the number of workers. A worker stays in its bucket until it is updated, whatever becomes of its load. One that
/// was set aside counts, but is neither the least nor the most loaded.
class by_load {
public:
    void insert(worker& w)
    {
        const std::size_t load = w.bucket = w.load();
        if (buckets_.size() <= load)
            buckets_.resize(load + 1);
        link(w, buckets_[load]);
        least_ = std::min(least_, load);
        most_ = std::max(most_, load);
        ++size_;
        idle_ += load == 0;
    }
    void remove(worker& w) noexcept
    {
        const bool was_aside = std::exchange(w.is_aside, false);
        (w.previous ? w.previous->next : was_aside ? aside_ : buckets_[w.bucket]) = w.next;
        if (w.next)
            w.next->previous = w.previous;
        w.previous = w.next = nullptr;
        --size_;
        size_aside_ -= was_aside;
        idle_ -= !was_aside && w.bucket == 0;
    }
    void update(worker& w)
    {
        remove(w);
        insert(w);
    }
    void set_aside(worker& w) noexcept
    {
        remove(w);
        w.is_aside = true;
        link(w, aside_);
        ++size_;
        ++size_aside_;
    }

    /// One that was set aside, or null.
    worker* aside() const noexcept { return aside_; }
    /// The worker with the fewest tasks, or null.
    worker* least() const noexcept;
    /// The worker with the most tasks, or null.
    worker* most() const noexcept;
    std::size_t size() const noexcept { return size_; }
    /// How many have no task.
    std::size_t idle() const noexcept { return idle_; }

private:
    static void link(worker& w, worker*& head) noexcept
    {
        w.previous = nullptr;
        w.next = head;
        if (head)
            head->previous = &w;
        head = &w;
    }

    worker* aside_ = nullptr; // head of a list
    // Heads of lists; index = load. Has room for all usual loads from the start: an update must not fail half-way.
    std::vector<worker*> buckets_ = std::vector<worker*>(send_ahead::most + 1);
    mutable std::size_t least_ = 0; // no bucket below it has a worker; moves little at a time, so finding is cheap
    mutable std::size_t most_ = 0;  // no bucket above it has one
    std::size_t size_ = 0;
    std::size_t size_aside_ = 0;
    std::size_t idle_ = 0;
};

} // namespace procpool::schedule
