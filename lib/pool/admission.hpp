// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <limits>
#include <optional>

namespace procpool::detail {

/// How many tasks, and how many bytes of arguments, are accepted and not finished. Not thread-safe.
class admission {
public:
    admission(std::optional<std::size_t> max_tasks, std::optional<std::size_t> max_bytes) noexcept
        : max_tasks_(max_tasks.value_or(unlimited)),
          max_bytes_(max_bytes.value_or(unlimited))
    {
    }

    /// Counts a task in, if there is room. One task alone always has: else a large one could never run.
    bool enter(std::size_t bytes) noexcept
    {
        const bool room = tasks_ == 0 || (tasks_ < max_tasks_ && bytes_ <= max_bytes_ && bytes <= max_bytes_ - bytes_);
        if (room)
            enter_anyway(bytes);
        return room;
    }
    void enter_anyway(std::size_t bytes) noexcept
    {
        ++tasks_;
        bytes_ += bytes;
    }
    void leave(std::size_t tasks, std::size_t bytes) noexcept
    {
        tasks_ -= tasks;
        bytes_ -= bytes;
    }

private:
    static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

    std::size_t max_tasks_;
    std::size_t max_bytes_;
    std::size_t tasks_ = 0;
    std::size_t bytes_ = 0;
};

} // namespace procpool::detail
