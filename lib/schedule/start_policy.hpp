// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "schedule/task.hpp"

namespace procpool::schedule {

/// When to try again after a worker could not start, and when to tell the callers. Pauses double, so that a program
/// that cannot start never makes the machine spin.
class start_policy {
public:
    static constexpr int tries = 5; ///< Failures in a row after which waiting tasks fail.
    static constexpr duration first_pause = std::chrono::milliseconds(10);
    static constexpr duration longest_pause = std::chrono::seconds(1);

    /// A worker began a task. Being ready is not enough: a worker that always dies before its first task would be
    /// started for ever.
    void worked() noexcept { failures_ = pauses_ = 0; }
    /// Failures during a pause belong to the one before it: workers that were started together fail together.
    void failed(time_point now) noexcept;
    /// A worker was ready, and has ended before it began the task that it was sent, which may be the task's doing.
    void pause(time_point now) noexcept;
    bool given_up() const noexcept { return failures_ >= tries; }
    /// The earliest moment for the next try.
    time_point next_try() const noexcept { return next_try_; }

private:
    int failures_ = 0;
    int pauses_ = 0; // in a row, without a failure
    time_point next_try_ = time_point::min();
};

} // namespace procpool::schedule
