// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace procpool::schedule {

using clock = std::chrono::steady_clock;
using time_point = clock::time_point;
using duration = clock::duration;

/// Times may be as long as their type can hold.
constexpr time_point later(time_point from, duration by) noexcept
{
    return by < time_point::max() - from ? from + by : time_point::max();
}

/// What becomes of a running task whose caller has given it up.
enum class when_cancelled : std::uint8_t {
    stop,    ///< It is asked to stop, and its worker is ended if it does not.
    ask,     ///< It is asked to stop.
    abandon, ///< It runs on.
};

/// The times that a task has, and what is done when they are over.
struct task_limits {
    std::optional<duration> timeout{};      ///< From the start of its run.
    std::optional<duration> soft_timeout{}; ///< From the start of its run: then it is asked to stop.
    std::optional<time_point> queue_end{};  ///< It must have started by then.
    std::optional<time_point> deadline{};   ///< It must have ended by then.
    when_cancelled on_cancel = when_cancelled::stop;
    duration grace = std::chrono::milliseconds(100);       ///< Between being asked and SIGTERM, when cancelled.
    duration kill_grace = std::chrono::seconds(1);         ///< Between SIGTERM and SIGKILL.
    unsigned retries = 0;                                  ///< How often it may run again after its worker crashed.
    bool retry_exceptions = false;                         ///< And after it threw.
    duration retry_pause = std::chrono::milliseconds(100); ///< Before the first of these runs; then it doubles.
};

/// Those of most tasks.
inline constexpr task_limits usual_limits{};

} // namespace procpool::schedule
