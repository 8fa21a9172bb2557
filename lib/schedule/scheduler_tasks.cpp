// SPDX-License-Identifier: BSL-1.0
// The scheduler's part that moves tasks: to workers, back, and to their end.
#include "schedule/scheduler.hpp"

#include <algorithm>
#include <utility>

namespace procpool::schedule {

void scheduler::submit(arrivals arrived, time_point now)
{
    counts_.submitted += arrived.size();
    for (auto& run : arrived.runs()) {
        waiting_.append(run);
        make_way_for(run.priority);
    }
    for (task* t : arrived.impatient())
        watch_waiting(*t);
    undispatched_ = now;
}

void scheduler::cancel(task& t, bool if_running, time_point now)
{
    if (t.where == stage::sent && !t.finished) {
        ask_back(t, if_running ? recall::stop : recall::cancel);
    } else if (t.where == stage::waiting || t.where == stage::resting) {
        expire(t, reason::cancelled);
        dispatch(now);
    }
}

// It never reaches a worker.
void scheduler::expire(task& t, reason why)
{
    unwatch(t);
    if (t.where == stage::resting)
        --resting_;
    else
        waiting_.remove(t);
    finish(t, why);
    forget(t);
}

verdict scheduler::answered(task& t, const answer& a, time_point now)
{
    worker& w = *t.with;
    ahead_.ran(a.ran);
    began(t);
    leave_worker(t, now);
    if (a.too_large && w.takes_tasks())
        make_due(w);
    if (w.state == worker_state::condemned)
        reprieve(w, now);
    undispatched_ = now;
    if (t.finished)
        return verdict::drop;
    if (!a.succeeded && t.limits->retry_exceptions && may_run_again(t)) {
        rest(t, now);
        return verdict::retry;
    }
    ++(a.succeeded ? counts_.succeeded : counts_.failed);
    return verdict::deliver;
}

void scheduler::taken_back(task& t, bool success, time_point now)
{
    const recall why = std::exchange(t.wanted_back, recall::none);
    worker& w = *t.with;
    if (!success) {
        began(t);
        if (w.stuck)
            take_up(w, now);
        if (why == recall::stop)
            give_up_running(t, now);
        else if (why == recall::expire)
            watch(t, now); // to learn when it started
        return;
    }
    leave_worker(t, now);
    w.tasks_left += !w.leaving;
    if (w.stuck && w.load() == 0)
        kill(w, reason::cancelled);
    waiting_.put_back(t);
    if (why == recall::stop || why == recall::cancel)
        expire(t, reason::cancelled);
    else if (const auto over = over_while_waiting(t, now))
        expire(t, *over);
    else
        watch_waiting(t);
    dispatch(now);
}

void scheduler::lost(task& t, bool started, time_point now)
{
    if (started)
        began(t);
    const bool ran = t.started; // also if it was seen to run before, whatever the worker's last word is
    if (ran && !t.finished)
        end_crashed(t);
    leave_worker(t, now);
    if (t.finished)
        return forget(t);
    if (ran)
        return rest(t, now);
    waiting_.put_back(t);
    watch_waiting(t);
}

// Gives waiting tasks to the least loaded workers, then sees whether the number and the load of the workers fit.
void scheduler::dispatch(time_point now)
{
    undispatched_.reset();
    staff(now);
    while (task* t = waiting_.front()) {
        worker* w = ready_.least();
        if (!w || w->load() >= ahead_.window())
            break;
        waiting_.remove(*t);
        send(*t, *w, now);
    }
    rebalance();
    start_workers(now);
    retire_workers(now);
}

void scheduler::send(task& t, worker& w, time_point now)
{
    ready_.remove(w);
    if (w.load() == 0)
        w.quiet_since = now;
    w.sent.push_back(t);
    ready_.insert(w);
    ++sent_;
    t.where = stage::sent;
    t.with = &w;
    t.sent_at = now;
    t.started = false;
    if (t.limits != &usual_limits)
        watch_for_start(t, now);
    t.may_hold = ahead_.may_hold();
    actions_.push(action_kind::send, reason{}, t.may_hold, false, w.id, &t);
    if (t.may_hold && w.load() > 1 && !collect_at_)
        collect_at_ = now + longest_hold;
    if (--w.tasks_left == 0) {
        w.recycled = true;
        start_leaving(w);
    }
}

// A task that was merely sent ahead must not stand before a more important one.
void scheduler::make_way_for(int priority)
{
    const worker* w = ready_.least();
    if (!w || w->load() < ahead_.window())
        return;
    task& last = *w->sent.back();
    if (last.priority < priority && !last.started)
        ask_back(last, recall::rebalance);
}

// An idle worker takes over half of what the busiest one has not started.
void scheduler::rebalance()
{
    if (!waiting_.empty() || ready_.idle() == 0)
        return;
    take_from_leaving();
    const worker* busiest = ready_.most();
    if (busiest->load() < 2)
        return;
    task* first = busiest->sent.back();
    for (std::size_t count = busiest->load() / 2; count > 1 && !first->previous->started; --count)
        first = first->previous;
    for (task* t = first->started ? nullptr : first; t; t = t->next)
        ask_back(*t, recall::rebalance);
}

// From the workers that nobody counts among the busy ones any more.
void scheduler::take_from_leaving()
{
    if (leaving_ == idle_leaving_.size())
        return;
    for (auto& [id, w] : workers_) {
        const bool has_more = w.leaving && w.state == worker_state::ready && w.load() > 1;
        if (has_more && !w.sent.back()->started)
            ask_back(*w.sent.back(), recall::rebalance);
    }
}

void scheduler::ask_back(task& t, recall why)
{
    if (t.wanted_back == recall::none)
        push(action_kind::take_back, t.with->id, &t);
    t.wanted_back = std::max(t.wanted_back, why); // in order of what is to become of it
}

// By its worker's word or by its failure to come back.
void scheduler::began(task& t)
{
    t.started = true;
    t.with->has_worked = true;
    starts_.worked();
}

void scheduler::leave_worker(task& t, time_point now)
{
    worker& w = *t.with;
    unwatch(t);
    const bool takes_tasks = w.takes_tasks();
    if (takes_tasks)
        ready_.remove(w);
    w.sent.remove(t);
    w.quiet_since = now;
    if (takes_tasks)
        ready_.insert(w);
    else
        leave_when_idle(w);
    --sent_;
    abandoned_ -= t.finished;
    t.with = nullptr;
    t.where = stage::outside;
}

} // namespace procpool::schedule
