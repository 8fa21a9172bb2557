// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <ctime>

inline std::int64_t nanoseconds_of(clockid_t clock)
{
    timespec now{};
    ::clock_gettime(clock, &now);
    return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

/// Uses so much of a processor, by the thread's own clock: what others take of the core meanwhile is not counted, so a
/// pool whose parent takes much makes its tasks take longer.
inline void burn(std::int64_t microseconds)
{
    const std::int64_t end = nanoseconds_of(CLOCK_THREAD_CPUTIME_ID) + microseconds * 1'000;
    while (nanoseconds_of(CLOCK_THREAD_CPUTIME_ID) < end) {
    }
}
