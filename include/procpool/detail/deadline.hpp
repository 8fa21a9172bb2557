// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <chrono>
#include <optional>

namespace procpool::detail {

/// When a wait ends in vain; empty: never.
using deadline = std::optional<std::chrono::steady_clock::time_point>;

/// That of a wait that begins now. A limit that is not above zero has passed already.
template <class Rep, class Period>
deadline deadline_in(std::chrono::duration<Rep, Period> limit)
{
    using clock = std::chrono::steady_clock;
    constexpr std::chrono::hours century(24 * 365 * 100); // the clock, which starts with the system, can tell three
    const auto now = clock::now();
    if (!(limit > limit.zero())) // so that a NaN is none either
        return now;
    if (std::chrono::duration<double>(limit) > century)
        return {};
    return now + std::chrono::ceil<clock::duration>(limit);
}

} // namespace procpool::detail
