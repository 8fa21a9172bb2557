// SPDX-License-Identifier: BSL-1.0
#include "schedule/start_policy.hpp"

#include <algorithm>

namespace procpool::schedule {

void start_policy::failed(time_point now) noexcept
{
    if (now < next_try_)
        return;
    constexpr int most_doublings = 16; // beyond the longest pause
    const auto pause = first_pause * (1 << std::min(failures_, most_doublings));
    next_try_ = now + std::min<duration>(pause, longest_pause);
    ++failures_;
}

} // namespace procpool::schedule
