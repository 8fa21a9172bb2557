// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace procpool::detail {

/// How many elements of a stream make the next task: as told, or so many that the task is long beside what it costs to
/// send, and short beside what anybody waits for. One, until it is known how long they take.
class chunk_size {
public:
    static constexpr std::size_t most = 512;
    static constexpr std::chrono::nanoseconds aim = std::chrono::microseconds(500);
    static constexpr std::size_t most_bytes = 32 * 1024; ///< Of arguments, likewise of answers.

    explicit chunk_size(std::optional<std::size_t> fixed) noexcept : fixed_(fixed) {}

    std::size_t next() const noexcept { return fixed_.value_or(next_); }
    bool is_fixed() const noexcept { return fixed_.has_value(); }
    /// A task has ended.
    void ran(std::size_t elements, std::chrono::nanoseconds time, std::size_t answer_bytes) noexcept;

private:
    std::optional<std::size_t> fixed_;
    std::size_t next_ = 1;
    double time_ = 0;  // ns, of an element, on average
    double bytes_ = 0; // likewise
};

} // namespace procpool::detail
