// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "schedule/task.hpp"

namespace procpool::schedule {

/// How many tasks may be with one worker: one beyond the running one, so that no worker waits for a round trip; while
/// tasks are so short that the round trip would dominate, as many as it does in a millisecond.
class send_ahead {
public:
    static constexpr std::size_t least = 2;
    static constexpr std::size_t most = 1000;
    static constexpr duration short_task = std::chrono::microseconds(20);
    static constexpr duration work_ahead = std::chrono::milliseconds(1);

    /// A task ran this long, by the worker's own word.
    void ran(duration time) noexcept;
    std::size_t window() const noexcept
    {
        if (average_ <= work_ahead / most)
            return most;
        return may_hold() ? static_cast<std::size_t>(work_ahead / average_) : least;
    }
    /// Whether workers may hold answers back to write several at once.
    bool may_hold() const noexcept { return average_ < short_task; }

private:
    duration average_ = std::chrono::seconds(1); // unknown: assume long
    bool measured_ = false;
};

} // namespace procpool::schedule
