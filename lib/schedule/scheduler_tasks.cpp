// SPDX-License-Identifier: BSL-1.0
// The scheduler's part that moves tasks: to workers, back, and to their end.
#include "schedule/scheduler.hpp"

#include <algorithm>
#include <utility>

namespace procpool::schedule {
namespace {

constexpr duration shortest_watch = std::chrono::milliseconds(1);

// A timeout may be as long as its type can hold.
time_point later(time_point from, duration by) noexcept
{
    return by < time_point::max() - from ? from + by : time_point::max();
}

} // namespace

void scheduler::submit(arrivals arrived, time_point now)
{
    counts_.submitted += arrived.size();
    for (auto& run : arrived.runs()) {
        waiting_.append(run);
        make_way_for(run.priority);
    }
    undispatched_ = now;
}

void scheduler::cancel(task& t, bool if_running, time_point now)
{
    if (t.where == stage::sent && !t.finished) {
        ask_back(t, if_running ? recall::stop : recall::cancel);
    } else if (t.where == stage::waiting) {
        waiting_.remove(t);
        finish(t, reason::cancelled);
        forget(t);
        dispatch(now);
    }
}

bool scheduler::answered(task& t, bool succeeded, duration ran, time_point now)
{
    ahead_.ran(ran);
    began(t);
    leave_worker(t);
    undispatched_ = now;
    if (t.finished)
        return false;
    ++(succeeded ? counts_.succeeded : counts_.failed);
    return true;
}

void scheduler::taken_back(task& t, bool success, time_point now)
{
    const recall why = std::exchange(t.wanted_back, recall::none);
    if (!success) {
        began(t);
        if (why == recall::stop)
            condemn(t, reason::cancelled);
        return;
    }
    leave_worker(t);
    if (why == recall::stop || why == recall::cancel) {
        finish(t, reason::cancelled);
        forget(t);
    } else {
        waiting_.put_back(t);
    }
    dispatch(now);
}

void scheduler::inspected(task& t, std::optional<time_point> started, time_point now)
{
    if (t.where != stage::sent || t.finished)
        return;
    if (!started)
        return watch_for_start(t, now);
    began(t);
    const time_point limit = later(std::clamp(*started, t.sent_at, now), *t.timeout);
    if (limit <= now)
        condemn(t, reason::timed_out);
    else
        watch(t, limit);
}

void scheduler::spared(task& t, time_point now)
{
    worker& w = *t.with;
    if (w.state != worker_state::condemned)
        return;
    for (task* other = t.next; other; other = other->next)
        if (other->finished) // given up while the worker was condemned already; it may be the one that runs now
            return push(action_kind::kill_if_running, w.id, other);
    w.state = worker_state::ready;
    ready_.insert(w);
    dispatch(now);
}

void scheduler::lost(task& t, bool started)
{
    if (started)
        began(t);
    if (t.started && !t.finished) // whatever the worker's last word was: once seen to run, it is never run again
        finish(t, reason::crashed);
    leave_worker(t);
    if (t.finished)
        forget(t);
    else
        waiting_.put_back(t);
}

// Gives waiting tasks to the least loaded workers, then sees whether the number and the load of the workers fit.
void scheduler::dispatch(time_point now)
{
    undispatched_.reset();
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
    w.sent.push_back(t);
    ready_.insert(w);
    ++sent_;
    t.where = stage::sent;
    t.with = &w;
    t.sent_at = now;
    t.started = false;
    if (t.timeout)
        watch_for_start(t, now);
    t.may_hold = ahead_.may_hold();
    actions_.push(action_kind::send, reason{}, t.may_hold, false, w.id, &t);
    if (t.may_hold && w.load() > 1 && !collect_at_)
        collect_at_ = now + longest_hold;
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
    const worker* busiest = ready_.most();
    if (busiest->load() < 2)
        return;
    task* first = busiest->sent.back();
    for (std::size_t count = busiest->load() / 2; count > 1 && !first->previous->started; --count)
        first = first->previous;
    for (task* t = first->started ? nullptr : first; t; t = t->next)
        ask_back(*t, recall::rebalance);
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

void scheduler::leave_worker(task& t)
{
    worker& w = *t.with;
    unwatch(t);
    const bool takes_tasks = w.state == worker_state::ready;
    if (takes_tasks)
        ready_.remove(w);
    w.sent.remove(t);
    if (takes_tasks)
        ready_.insert(w);
    --sent_;
    abandoned_ -= t.finished;
    t.with = nullptr;
    t.where = stage::outside;
}

// The kill order: what else is queued there leaves first, then the page is read again, and only if the offender still
// runs is the worker killed. After the first step nothing new can start there, so no innocent task is hit.
void scheduler::condemn(task& offender, reason why)
{
    worker& w = *offender.with;
    unwatch(offender);
    finish(offender, why);
    if (w.state != worker_state::ready)
        return;
    ready_.remove(w);
    w.state = worker_state::condemned;
    for (task* t = w.sent.front(); t; t = t->next)
        if (t != &offender && !t->started)
            ask_back(*t, recall::clear_way);
    push(action_kind::kill_if_running, w.id, &offender);
}

void scheduler::watch(task& t, time_point when)
{
    t.alarm = when;
    watched_.insert(&t);
}

// A task that has not started now reaches the end of its time after a whole timeout at the earliest. Very short ones
// are looked at less often: a look at each tick while the task is queued would make the clock spin.
void scheduler::watch_for_start(task& t, time_point now)
{
    watch(t, later(now, std::max<duration>(*t.timeout, shortest_watch)));
}

void scheduler::unwatch(task& t)
{
    if (t.timeout)
        watched_.erase(&t);
}

} // namespace procpool::schedule
