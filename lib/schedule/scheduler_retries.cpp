// SPDX-License-Identifier: BSL-1.0
// The scheduler's part that runs tasks again which lost their worker, or threw, if their limits say so.
#include "schedule/scheduler.hpp"

#include <algorithm>
#include <limits>

namespace procpool::schedule {
namespace {

constexpr unsigned most_kills = 4095;                       // that a task can count
constexpr duration longest_pause = std::chrono::minutes(1); // unless the first one is longer

duration pause_before(const task& t) noexcept
{
    const duration longest = std::max(longest_pause, t.limits->retry_pause);
    duration pause = t.limits->retry_pause;
    for (int attempt = 2; attempt < t.attempt && pause < longest; ++attempt)
        pause *= 2;
    return std::min(pause, longest);
}

} // namespace

bool scheduler::may_run_again(const task& t) noexcept
{
    return t.attempt <= t.limits->retries;
}

// Its worker ended while it ran.
void scheduler::end_crashed(task& t)
{
    if (t.kills != most_kills)
        ++t.kills;
    if (!may_run_again(t))
        finish(t, reason::crashed);
    else if (t.kills >= limits_.max_kills)
        finish(t, reason::quarantined);
}

// It is with no worker, and waits for its next run.
void scheduler::rest(task& t, time_point now)
{
    ++counts_.retried;
    if (t.attempt != std::numeric_limits<std::uint16_t>::max())
        ++t.attempt;
    t.started = false;
    t.asked = false;
    t.where = stage::resting;
    ++resting_;
    watch(t, std::min(later(now, pause_before(t)), t.limits->deadline.value_or(time_point::max())));
}

void scheduler::go_on(task& t)
{
    --resting_;
    waiting_.put_back(t);
    watch_waiting(t);
}

void scheduler::cancel_resting(std::uint64_t last_id)
{
    for (auto next = watched_.begin(); next != watched_.end();) {
        task& t = **next++; // expire() takes it out
        if (t.where == stage::resting && t.id <= last_id)
            expire(t, reason::cancelled);
    }
}

} // namespace procpool::schedule
