// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "schedule/worker.hpp"

#include <vector>

namespace procpool::schedule {

/// Ready workers in buckets of equal load. Finding the least and the most loaded and moving a worker by one task are
/// all constant in the number of workers.
class by_load {
public:
    void insert(worker& w);
    void remove(worker& w) noexcept;

    /// The worker with the fewest tasks, or null.
    worker* least() const noexcept;
    /// The worker with the most tasks, or null.
    worker* most() const noexcept;
    std::size_t size() const noexcept { return size_; }
    /// How many have no task.
    std::size_t idle() const noexcept { return idle_; }

private:
    std::vector<worker*> buckets_;  // heads of lists; index = load
    mutable std::size_t least_ = 0; // no bucket below it has a worker; moves by one task at a time, so finding is cheap
    mutable std::size_t most_ = 0;  // no bucket above it has one
    std::size_t size_ = 0;
    std::size_t idle_ = 0;
};

} // namespace procpool::schedule
