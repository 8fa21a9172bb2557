// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/byte_buffer.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace procpool::wire {

/// Bytes of answers that the elements of one task can leave for the case that their worker dies.
inline constexpr std::size_t chunk_log_size = 64 * 1024;

/// The answers to the elements of the task that runs, as far as they have run: a second copy of what will be in the
/// answer of the task. They survive the worker's death here, so that no element pays for another one. In the control
/// page.
struct chunk_log {
    std::atomic<std::uint64_t> task;     ///< Its id, from before its first element on; 0: none has elements.
    std::atomic<std::uint64_t> answered; ///< How many answers are complete.
    std::atomic<std::uint64_t> used;     ///< How many bytes they have.
    std::array<std::byte, chunk_log_size> bytes;

    /// Worker: a task with elements begins.
    void begin(std::uint64_t id) noexcept;
    /// Worker: adds one answer; false when it does not fit.
    bool add(std::span<const std::byte> answer) noexcept;
    /// Parent, when the worker is gone: what there is of that task, in the form of its answer. Empty when it cannot be
    /// told how far the task has come.
    detail::byte_buffer left_of(std::uint64_t id) const;
};

/// The longest answer of a worker: a result, an exception; or as many answers to elements as the log holds, and behind
/// them the one with which it was full.
std::uint64_t max_answer_bytes(std::uint64_t max_result_bytes) noexcept;

} // namespace procpool::wire
