// SPDX-License-Identifier: BSL-1.0
#include "schedule/send_ahead.hpp"

namespace procpool::schedule {

// Moves an eighth of the way to each new time. One very long task must not shut the window for the next hundred short
// ones, so a time counts for no more than the whole work ahead.
void send_ahead::ran(duration time) noexcept
{
    const auto counted = std::clamp(time, duration::zero(), work_ahead);
    average_ = measured_ ? average_ + (counted - average_) / 8 : counted;
    measured_ = true;
}

} // namespace procpool::schedule
