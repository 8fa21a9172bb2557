// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace procpool::os {

/// Blocks while word == expected, until another thread calls wake_all, or until the deadline has passed. May return
/// early for no reason: call it in a loop that checks the word. std::atomic::wait has no deadline, hence this.
void wait_while(std::atomic<std::uint32_t>& word, std::uint32_t expected,
                std::optional<std::chrono::steady_clock::time_point> deadline) noexcept;

/// Wakes all threads that wait on the word.
void wake_all(std::atomic<std::uint32_t>& word) noexcept;

/// The same for a word in memory that several processes share.
void wait_while_shared(std::atomic<std::uint32_t>& word, std::uint32_t expected) noexcept;
void wake_all_shared(std::atomic<std::uint32_t>& word) noexcept;

} // namespace procpool::os
