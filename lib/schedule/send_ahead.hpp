// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "schedule/task.hpp"

namespace procpool::schedule {

/// How many tasks may be with one worker: one beyond the running one, so that no worker waits for a round trip; many
/// while tasks are so short that the round trip would dominate.
class send_ahead {
public:
    static constexpr std::size_t least = 2;
    static constexpr std::size_t most = 64;
    static constexpr duration short_task = std::chrono::microseconds(20);

    /// A task ran this long, by the worker's own word.
    void ran(duration time) noexcept;
    std::size_t window() const noexcept { return average_ < short_task ? most : least; }
    /// Whether workers may hold answers back to write several at once.
    bool may_hold() const noexcept { return window() > least; }

private:
    duration average_ = std::chrono::seconds(1); // unknown: assume long
    bool measured_ = false;
};

} // namespace procpool::schedule
