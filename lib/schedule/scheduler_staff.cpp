// SPDX-License-Identifier: BSL-1.0
// The scheduler's part that exchanges workers: those that have done enough, are too old or too large, those that nobody
// needs any more, and those beyond a smaller limit.
//
// At most max_workers workers have a seat, that is, can run tasks. A worker that is due keeps its seat until a
// replacement stands by; then it finishes what it has and leaves, and the replacement gets the seat. So never more
// tasks run at once than the limit says, and never fewer for want of a worker that is still starting.
#include "schedule/scheduler.hpp"

#include <algorithm>
#include <utility>

namespace procpool::schedule {
namespace {

constexpr std::size_t exchanged_at_once = 4; // one of so many workers

// From 0 to an eighth of 2^16, another one for each worker: those that started together do not leave together.
std::uint64_t jitter_of(worker_id id) noexcept
{
    constexpr std::uint64_t golden_ratio = 0x9e3779b97f4a7c15;
    return id * golden_ratio >> (64 - 13);
}

std::uint64_t less_jitter(std::uint64_t most, worker_id id) noexcept
{
    return most - (most >> 16) * jitter_of(id) - ((most & 0xffff) * jitter_of(id) >> 16);
}

} // namespace

void scheduler::staff(time_point now)
{
    fill_seats(now); // first those that are free: a worker that was missing replaces none
    while (!due_.empty() && (standby_.size() > leaving_ || has_enough_without_due()))
        start_leaving(*due_.front());
    while (ready_.size() > limits_.max_workers)
        start_leaving(ready_.least() ? *ready_.least() : *ready_.aside());
    fill_seats(now);
    while (!standby_.empty() && leaving_ == 0) // there are fewer seats than when it was started
        retire(*standby_.front(), reason::cancelled, now);
    while (!idle_leaving_.empty() &&
           (seats_taken() + idle_leaving_.size() > limits_.max_workers || has_enough_without_due())) {
        worker& w = *idle_leaving_.front();
        retire(w, w.recycled ? reason::recycled : reason::cancelled, now);
    }
}

void scheduler::fill_seats(time_point now)
{
    while (!standby_.empty() && seats_taken() < limits_.max_workers)
        hire(*standby_.front(), now);
}

// Those that can run tasks, or still do.
std::size_t scheduler::seats_taken() const noexcept
{
    return workers_.size() - starting_ - standby_.size() - idle_leaving_.size() - retiring_;
}

bool scheduler::has_enough_without_due() const noexcept
{
    return standby_.size() + ready_.size() - due_.size() >= wanted_workers();
}

// How many workers there may be beyond the limit, because others are about to leave.
std::size_t scheduler::replacements_at_once() const noexcept
{
    const std::size_t most = (limits_.max_workers + exchanged_at_once - 1) / exchanged_at_once;
    return std::min(due_.size() + leaving_, most);
}

// It gets its seat.
void scheduler::hire(worker& w, time_point now)
{
    standby_.pop_front();
    w.state = worker_state::ready;
    w.quiet_since = now;
    if (limits_.max_tasks)
        w.tasks_left = less_jitter(*limits_.max_tasks, w.id);
    if (limits_.max_age)
        w.due_at = later(now, duration(less_jitter(static_cast<std::uint64_t>(limits_.max_age->count()), w.id)));
    join_ready(w);
    set_review(w, now);
}

void scheduler::make_due(worker& w)
{
    w.recycled = true;
    if (!std::exchange(w.due, true))
        due_.push_back(&w);
}

// What it has not begun goes elsewhere; but what it may just do before it has done enough, it does.
void scheduler::start_leaving(worker& w)
{
    leave_ready(w);
    take_off_lists(w);
    set_alarm(w, {});
    w.leaving = true;
    ++leaving_;
    for (task* t = w.sent.front(); t && w.tasks_left != 0; t = t->next)
        if (t != w.sent.front() && !t->started)
            ask_back(*t, recall::rebalance);
    leave_when_idle(w);
}

void scheduler::leave_when_idle(worker& w)
{
    if (w.leaving && w.state == worker_state::ready && w.load() == 0)
        idle_leaving_.push_back(&w);
}

void scheduler::take_off_lists(worker& w)
{
    std::erase(due_, &w);
    std::erase(standby_, &w);
    std::erase(idle_leaving_, &w);
    std::erase(touched_, &w);
    w.is_touched = false;
}

// The time of a ready worker has come: it is too old, or has had nothing to do for long.
void scheduler::review(worker& w, time_point now)
{
    const bool idle = w.load() == 0 && limits_.idle_timeout && now - w.quiet_since >= *limits_.idle_timeout;
    if (idle && ready_.size() > limits_.min_workers)
        return start_leaving(w);
    if (w.due_at <= now) {
        w.due_at = time_point::max();
        make_due(w);
    }
    set_review(w, now);
}

// A busy worker is looked at again later; to set its alarm each time that it has become idle would cost every task.
void scheduler::set_review(worker& w, time_point now)
{
    time_point next = w.due_at;
    if (limits_.idle_timeout) {
        const time_point idle_end = later(w.quiet_since, *limits_.idle_timeout);
        next = std::min(next, w.load() == 0 && idle_end > now ? idle_end : later(now, *limits_.idle_timeout));
    }
    set_alarm(w, next == time_point::max() ? std::nullopt : std::optional(next));
}

} // namespace procpool::schedule
