// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "schedule/task.hpp"

#include <algorithm>

namespace procpool::schedule {

/// How many tasks may be with one worker: as many as it does in a millisecond, by what tasks have taken so far, and one
/// beyond the running one at least, so that no worker waits for a round trip.
class send_ahead {
public:
    static constexpr std::size_t least = 2;
    static constexpr std::size_t most = 1000;
    static constexpr duration work_ahead = std::chrono::milliseconds(1);
    static constexpr duration short_task = work_ahead / 50;
    static constexpr duration brief_task = work_ahead / 8;

    /// A task ran this long, by the worker's own word.
    void ran(duration time) noexcept;
    std::size_t window() const noexcept
    {
        if (average_ <= work_ahead / most)
            return most;
        return std::max(least, static_cast<std::size_t>(work_ahead / average_));
    }
    /// Whether workers may hold answers back to write several at once: of short tasks, whose answers cost more than
    /// they do; and of brief ones while more of them wait than can be sent, so that a moment more matters to nobody.
    bool may_hold(bool more_wait) const noexcept { return average_ < (more_wait ? brief_task : short_task); }

private:
    duration average_ = std::chrono::seconds(1); // unknown: assume long
    bool measured_ = false;
};

} // namespace procpool::schedule
