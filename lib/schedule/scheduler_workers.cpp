// SPDX-License-Identifier: BSL-1.0
// The scheduler's part that starts, retires and ends workers.
#include "schedule/scheduler.hpp"

#include <algorithm>
#include <utility>

namespace procpool::schedule {

void scheduler::worker_ready(worker_id id, time_point now)
{
    worker& w = workers_.at(id);
    if (w.state != worker_state::starting)
        return;
    --starting_;
    ++counts_.started_workers;
    set_alarm(w, {});
    w.state = worker_state::standby;
    standby_.push_back(&w);
    dispatch(now);
}

void scheduler::worker_ended(worker_id id, time_point now)
{
    worker& w = workers_.at(id);
    set_alarm(w, {});
    switch (w.state) {
    case worker_state::starting:
        --starting_;
        starts_.failed(now);
        break;
    case worker_state::standby:
    case worker_state::ready:
        if (w.takes_tasks())
            leave_ready(w);
        ++counts_.crashed_workers;
        if (!w.has_worked && w.lost_first) // its first task may be to blame: see most_unbegun
            starts_.pause(now);
        else if (!w.has_worked)
            starts_.failed(now);
        break;
    case worker_state::condemned:
        ++counts_.killed_workers;
        break;
    case worker_state::retiring:
        --retiring_;
        counts_.recycled_workers += w.recycled;
        break;
    }
    take_off_lists(w);
    drop_bound(w, all_ids);
    leaving_ -= w.leaving;
    workers_.erase(id);
    if (starts_.given_up() && ready_.size() == 0)
        fail_waiting(reason::start_failed);
    undispatched_ = now; // no dispatch here: workers may be ended on any thread, which must start and send nothing
}

void scheduler::resize(std::size_t max_workers, time_point now)
{
    limits_.max_workers = max_workers;
    limits_.min_workers = std::min(limits_.min_workers, max_workers);
    dispatch(now);
}

void scheduler::join_ready(worker& w)
{
    ready_.insert(w);
    abandoned_ -= w.abandoned;
}

void scheduler::leave_ready(worker& w)
{
    ready_.remove(w);
    abandoned_ += w.abandoned;
}

// As many as there is work for: a task that was sent ahead could run on a worker of its own. One that its caller gave
// up occupies its worker as any other, but needs no other worker when that one takes no tasks any more.
std::size_t scheduler::wanted_workers() const noexcept
{
    const std::size_t least = closed_ ? 0 : limits_.min_workers;
    return std::min(limits_.max_workers, std::max(least, waiting_.size() + sent_ - abandoned_));
}

bool scheduler::may_start_worker() const noexcept
{
    const bool is_probing = starts_.given_up() && starting_ != 0; // after failures one at a time
    const std::size_t good = starting_ + standby_.size() + ready_.size() - due_.size();
    return !is_probing && good < wanted_workers() && workers_.size() < limits_.max_workers + replacements_at_once();
}

void scheduler::start_workers(time_point now)
{
    while (may_start_worker() && starts_.next_try() <= now)
        spawn_one(now);
}

void scheduler::spawn_one(time_point now)
{
    const worker_id id = ++last_worker_;
    worker& w = workers_[id];
    w.id = id;
    ++starting_;
    set_alarm(w, later(now, limits_.start_timeout));
    push(action_kind::spawn, id);
}

void scheduler::fail_waiting(reason why)
{
    while (task* t = waiting_.front()) {
        expire(*t, why);
    }
}

void scheduler::retire_workers(time_point now)
{
    if (!closed_ || has_tasks())
        return;
    for (auto& [id, w] : workers_) {
        if (w.state == worker_state::starting)
            kill(w, reason::cancelled);
        else if (w.state == worker_state::ready || w.state == worker_state::standby)
            retire(w, reason::cancelled, now);
    }
}

// It has nothing to do, and nothing more comes.
void scheduler::retire(worker& w, reason why, time_point now)
{
    if (w.takes_tasks())
        leave_ready(w);
    take_off_lists(w);
    leaving_ -= std::exchange(w.leaving, false);
    ++retiring_;
    w.state = worker_state::retiring;
    set_alarm(w, now + limits_.retire_timeout);
    push(action_kind::retire, w.id, nullptr, why);
}

void scheduler::kill(worker& w, reason why)
{
    if (w.takes_tasks())
        leave_ready(w);
    take_off_lists(w);
    starting_ -= w.state == worker_state::starting;
    retiring_ -= w.state == worker_state::retiring;
    drop_bound(w, all_ids);
    set_alarm(w, {});
    w.state = worker_state::condemned;
    w.under = pressure::killed;
    push(action_kind::kill, w.id, nullptr, why);
}

void scheduler::terminate_workers(duration grace, time_point now)
{
    for (auto& [id, w] : workers_)
        if (w.under != pressure::killed)
            terminate_worker(w, grace, now);
    undispatched_ = now;
}

// It has SIGTERM, as a condemned worker whose task did not stop.
void scheduler::terminate_worker(worker& w, duration grace, time_point now)
{
    if (grace == duration::zero() || w.state == worker_state::starting)
        return kill(w, reason::cancelled);
    const auto end_before = w.under == pressure::terminated ? w.alarm : std::nullopt;
    const time_point end = std::min(later(now, grace), end_before.value_or(time_point::max()));
    retiring_ -= w.state == worker_state::retiring;
    clear(w, nullptr);
    w.stuck = false;
    w.under = pressure::terminated;
    drop_bound(w, all_ids);
    set_alarm(w, end);
    push(action_kind::terminate, w.id);
}

void scheduler::set_alarm(worker& w, std::optional<time_point> when)
{
    if (w.alarm)
        alarms_.erase(&w);
    w.alarm = when;
    if (when)
        alarms_.insert(&w);
}

void scheduler::end_late_workers(time_point now)
{
    while (!alarms_.empty() && *(*alarms_.begin())->alarm <= now) {
        worker& w = **alarms_.begin();
        if (w.state == worker_state::condemned) {
            press(w, now);
            continue;
        }
        if (w.state == worker_state::ready) {
            review(w, now);
            continue;
        }
        const bool failed = w.state == worker_state::starting;
        if (failed)
            starts_.failed(now);
        kill(w, failed ? reason::timed_out : reason::cancelled);
    }
}

void scheduler::look_at_sent(time_point now)
{
    if (!look_at_ || now < *look_at_)
        return;
    look_at_.reset();
    for (auto& [id, w] : workers_) {
        if (w.load() < 2)
            continue;
        if (w.sent.front()->may_hold)
            collects_.push(action_kind::collect, reason{}, false, false, id, static_cast<task*>(nullptr),
                           std::size_t{1});
        if (w.takes_tasks() && now - w.sent.front()->sent_at >= longest_wait_there)
            take_from_late(w);
        watch_sent(w, now);
    }
}

} // namespace procpool::schedule
