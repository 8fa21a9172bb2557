// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace procpool::os {

inline constexpr auto queue_tape = "procpool queue"; ///< The name of each tape with the items of a queue.

/// A file in memory that processes share and that grows where it is written. It cannot be made smaller, so what they
/// map of it stays there whatever one of them does. Throws std::system_error.
descriptor make_tape(const char* name, std::size_t size);

/// Writes all of it. Throws std::system_error.
void write_at(int tape, std::uint64_t offset, std::span<const std::byte> bytes);
/// Reads all of it; what was never written is zero. False: the tape ends before. Throws std::system_error.
bool read_at(int tape, std::uint64_t offset, std::span<std::byte> into);
/// The memory in between is given back and reads as zero. If it cannot be, it stays.
void give_back(int tape, std::uint64_t begin, std::uint64_t end) noexcept;

/// The limit of a file's size in this process (RLIMIT_FSIZE).
std::uint64_t largest_file() noexcept;

/// How much memory there is in it, unlike its size, which costs nothing.
std::uint64_t memory_in(int tape) noexcept;

/// The descriptors of all queues that are open in this process. Empty where /proc is missing.
std::vector<int> open_queue_tapes();

/// Gives each of these an open file description of its own in this process, which was forked, under the same number.
/// Nothing is lost when that fails: participant_lock tries again. Async-signal-safe.
void make_own(std::span<const int> tapes) noexcept;
/// Returns whether make_own() has succeeded in this process.
bool tapes_are_own() noexcept;

} // namespace procpool::os
