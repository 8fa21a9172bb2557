// SPDX-License-Identifier: BSL-1.0
#include "os/futex.hpp"

#include <climits>
#include <ctime>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace procpool::os {

static_assert(std::atomic<std::uint32_t>::is_always_lock_free);
static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t), "the kernel compares the word itself");

namespace {

/// A time before the boot becomes negative, which the kernel refuses at once: rightly, it has passed.
timespec to_timespec(std::chrono::steady_clock::time_point time) noexcept
{
    const auto since_boot = time.time_since_epoch();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_boot);
    const std::chrono::nanoseconds rest = since_boot - seconds;
    return {static_cast<time_t>(seconds.count()), static_cast<long>(rest.count())};
}

} // namespace

void wait_while(std::atomic<std::uint32_t>& word, std::uint32_t expected,
                std::optional<std::chrono::steady_clock::time_point> limit) noexcept
{
    // FUTEX_WAIT would take a duration, which a spurious wake-up starts anew; this takes a time of CLOCK_MONOTONIC,
    // libstdc++'s and libc++'s steady_clock.
    constexpr int operation = FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG;
    const timespec until = to_timespec(limit.value_or(std::chrono::steady_clock::time_point{}));
    ::syscall(SYS_futex, &word, operation, expected, limit ? &until : nullptr, nullptr, FUTEX_BITSET_MATCH_ANY);
}

void wake_all(std::atomic<std::uint32_t>& word) noexcept
{
    ::syscall(SYS_futex, &word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, INT_MAX, nullptr, nullptr, 0);
}

void wait_while_shared(std::atomic<std::uint32_t>& word, std::uint32_t expected) noexcept
{
    ::syscall(SYS_futex, &word, FUTEX_WAIT, expected, nullptr, nullptr, 0);
}

void wake_all_shared(std::atomic<std::uint32_t>& word) noexcept
{
    ::syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

} // namespace procpool::os
