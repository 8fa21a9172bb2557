// SPDX-License-Identifier: BSL-1.0
// The scheduler's part for tasks that one worker alone may run.
#include "schedule/scheduler.hpp"

#include <algorithm>
#include <utility>

namespace procpool::schedule {
namespace {

bool may_be_spared(const worker& w)
{
    return w.state == worker_state::condemned && w.under == pressure::none && !w.leaving;
}

bool will_take_tasks(const worker& w)
{
    return w.takes_tasks() || w.state == worker_state::starting || w.state == worker_state::standby || may_be_spared(w);
}

} // namespace

std::vector<worker_id> scheduler::all_workers() const
{
    std::vector<worker_id> found;
    for (const auto& [id, w] : workers_)
        if (will_take_tasks(w))
            found.push_back(id);
    std::ranges::sort(found);
    return found;
}

void scheduler::submit_to(worker_id id, task& t, time_point now)
{
    ++counts_.submitted;
    t.bound = true;
    if (const auto found = workers_.find(id); found != workers_.end()) {
        bind(t, found->second);
        undispatched_ = now;
        return;
    }
    finish(t, reason::cancelled);
    forget(t);
}

// A worker that takes no more tasks is found by dispatch().
void scheduler::bind(task& t, worker& w)
{
    t.with = &w;
    t.where = stage::waiting;
    w.bound.push_back(t);
    ++bound_;
}

void scheduler::unbind(task& t)
{
    t.with->bound.remove(t);
    t.with = nullptr;
    --bound_;
}

void scheduler::send_bound(time_point now)
{
    if (bound_ == 0)
        return;
    for (auto& [id, w] : workers_)
        if (w.takes_tasks())
            send_bound_to(w, now);
        else if (!will_take_tasks(w))
            drop_bound(w, all_ids);
}

// Each by itself: they are no part of the queue. Sent ahead of what waits there, behind what the worker has.
void scheduler::send_bound_to(worker& w, time_point now)
{
    while (!w.bound.empty() && w.takes_tasks() && w.load() < send_ahead::most) {
        task& t = *w.bound.front();
        unbind(t);
        if (w.load() == 0)
            w.quiet_since = now;
        send(t, w, false, now);
        push(action_kind::send, w.id, &t);
        count_sent(w, 1, now);
    }
}

void scheduler::drop_bound(worker& w, std::uint64_t last_id)
{
    for (task* t = w.bound.front(); t;) {
        task& dropped = *std::exchange(t, t->next);
        if (dropped.id <= last_id)
            expire(dropped, reason::cancelled);
    }
}

} // namespace procpool::schedule
