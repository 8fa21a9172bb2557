// SPDX-License-Identifier: BSL-1.0
#include "schedule/start_policy.hpp"

#include <algorithm>

namespace procpool::schedule {

namespace {

duration pause_after(int earlier) noexcept
{
    constexpr int most_doublings = 16; // beyond the longest pause
    return std::min<duration>(start_policy::first_pause * (1 << std::min(earlier, most_doublings)),
                              start_policy::longest_pause);
}

} // namespace

void start_policy::failed(time_point now) noexcept
{
    if (now < next_try_)
        return;
    next_try_ = now + pause_after(failures_);
    ++failures_;
}

void start_policy::pause(time_point now) noexcept
{
    if (now < next_try_)
        return;
    next_try_ = now + pause_after(pauses_);
    ++pauses_;
}

} // namespace procpool::schedule
