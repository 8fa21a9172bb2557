// SPDX-License-Identifier: BSL-1.0
// The scheduler's part that moves tasks: to workers, back, and to their end.
#include "schedule/scheduler.hpp"

#include <algorithm>
#include <utility>

namespace procpool::schedule {

void scheduler::submit(arrivals arrived, time_point now)
{
    counts_.submitted += arrived.size();
    undispatched_ = now; // first: what follows may throw
    for (auto& run : arrived.runs()) {
        waiting_.append(run);
        make_way_for(run.priority);
    }
    for (task* t : arrived.impatient())
        watch_waiting(*t);
}

void scheduler::cancel(task& t, bool if_running, time_point now)
{
    if (t.where == stage::sent && !t.finished) {
        ask_back(t, if_running ? recall::stop : recall::cancel);
    } else if (t.where == stage::waiting || t.where == stage::resting) {
        undispatched_ = now;
        expire(t, reason::cancelled);
    }
}

void scheduler::cancel_pending(std::uint64_t last_id, time_point now)
{
    undispatched_ = now;
    for (task* t : waiting_.up_to(last_id))
        expire(*t, reason::cancelled);
    cancel_resting(last_id);
    for (auto& [id, w] : workers_) {
        drop_bound(w, last_id);
        for (task* t = w.sent.front(); t; t = t->next)
            if (t->id <= last_id && !t->finished && !t->started)
                ask_back(*t, recall::cancel);
    }
}

// It never reaches a worker.
void scheduler::expire(task& t, reason why)
{
    actions_.reserve_one(); // what this throws has changed nothing
    unwatch(t);
    if (t.where == stage::resting)
        --resting_;
    else if (t.bound)
        unbind(t);
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
    w.quiet_since = now;
    if (w.is_aside)
        ready_.update(w);
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
    if (w.stuck && has_only_over(w))
        kill(w, reason::cancelled);
    if (t.bound)
        bind(t, w);
    else
        waiting_.put_back(t);
    if (why == recall::stop || why == recall::cancel)
        expire(t, reason::cancelled);
    else if (const auto over = over_while_waiting(t, now))
        expire(t, *over);
    else if (t.unbegun >= most_unbegun)
        expire(t, reason::quarantined);
    else
        watch_waiting(t);
    undispatched_ = now;
}

void scheduler::lost(task& t, bool started, time_point now)
{
    if (started)
        began(t);
    const bool ran = t.started; // also if it was seen to run before, whatever the worker's last word is
    worker& w = *t.with;
    const bool is_first = w.sent.front() == &t && !std::exchange(w.lost_first, true);
    if (ran && !t.finished)
        end_crashed(t);
    else if (is_first && !t.finished && ++t.unbegun >= most_unbegun)
        finish(t, reason::quarantined);
    else if (t.bound && !t.finished)
        finish(t, reason::crashed);
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
try {
    undispatched_.reset();
    update_loads();
    staff(now);
    send_bound(now);
    while (!waiting_.empty()) {
        worker* w = ready_.least();
        if (!w || w->load() >= ahead_.window())
            break;
        send_some(*w, now);
    }
    rebalance();
    start_workers(now);
    retire_workers(now);
} catch (...) { // there was no memory: what is left is done next time
    undispatched_ = now;
    throw;
}

// How many tasks it gets at a time. Few compared with its window, so that tasks still start nearly in their order, and
// not more than its part of what waits.
std::size_t scheduler::share_of(const worker& w) const noexcept
{
    constexpr std::size_t turns = 8;
    const std::size_t in_turn = std::max<std::size_t>(1, ahead_.window() / turns);
    const std::size_t part = (waiting_.size() + ready_.size() - 1) / ready_.size();
    return std::min({in_turn, part, ahead_.window() - w.load(), w.tasks_left});
}

void scheduler::send_some(worker& w, time_point now)
{
    const std::size_t count = share_of(w);
    if (w.load() == 0)
        w.quiet_since = now;
    const bool may_hold = ahead_.may_hold(waiting_.size() > count);
    task* const first = waiting_.front();
    for (std::size_t i = 0; i != count; ++i)
        send(waiting_.pop(), w, may_hold, now);
    actions_.push(action_kind::send, reason{}, may_hold, false, w.id, first, count);
    count_sent(w, count, now);
}

void scheduler::count_sent(worker& w, std::size_t count, time_point now)
{
    watch_sent(w, now);
    if (!w.is_aside)
        ready_.update(w);
    sent_ += count;
    w.tasks_left -= count;
    if (w.tasks_left == 0) {
        w.recycled = true;
        start_leaving(w);
    }
}

void scheduler::send(task& t, worker& w, bool may_hold, time_point now)
{
    w.sent.push_back(t);
    t.where = stage::sent;
    t.with = &w;
    t.sent_at = now;
    t.begun_by = time_point::max();
    t.awaited = false;
    t.started = false;
    t.may_hold = may_hold;
    if (t.limits != &usual_limits)
        watch_for_start(t, now);
}

// Most often many answers come together: the worker moves to its new place once for all of them.
void scheduler::touch(worker& w)
{
    if (!std::exchange(w.is_touched, true))
        touched_.push_back(&w);
}

void scheduler::update_loads()
{
    for (worker* w : touched_) {
        w->is_touched = false;
        const bool waits_for_its_answer = w->is_aside && w->load() != 0;
        if (w->takes_tasks() && !waits_for_its_answer)
            ready_.update(*w);
    }
    touched_.clear();
}

// Tasks that were merely sent ahead must not stand before a more important one. There may be more of them than would be
// sent now, when they turned out to be longer.
void scheduler::make_way_for(int priority)
{
    update_loads();
    const worker* w = ready_.least();
    if (!w)
        return;
    std::size_t in_the_way = w->load() - std::min(w->load(), ahead_.window() - 1);
    for (task* t = w->sent.back(); t && in_the_way != 0 && t->priority < priority && !t->started; t = t->previous) {
        ask_back(*t, recall::rebalance);
        --in_the_way;
    }
}

// A worker that holds answers back may meet a long task before it writes them, so they are collected. It writes them
// before it waits for more to do, so one that has a single task left holds nothing, nor does one whose first task may
// not be held: its answer would have come. And a task may be much longer than those from which was concluded how many
// to send ahead.
void scheduler::watch_sent(const worker& w, time_point now)
{
    const bool is_soon = look_at_ && *look_at_ <= now + longest_hold;
    if (is_soon || w.load() < 2)
        return;
    const time_point next = now + (w.sent.front()->may_hold ? longest_hold : longest_wait_there);
    if (!look_at_ || next < *look_at_)
        look_at_ = next;
}

// What was sent ahead should have started long ago: it goes back into its place in the queue, and nothing more is sent
// there before an answer comes.
void scheduler::take_from_late(worker& w)
{
    for (task* t = w.sent.front()->next; t; t = t->next)
        if (!t->started)
            ask_back(*t, recall::rebalance);
    ready_.set_aside(w);
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
    if (t.bound && why == recall::rebalance)
        return;
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
    w.sent.remove(t);
    if (w.load() == 0)
        w.quiet_since = now;
    w.abandoned -= t.finished;
    watch_sent(w, now);
    if (w.takes_tasks()) {
        touch(w);
    } else {
        abandoned_ -= t.finished;
        leave_when_idle(w);
    }
    --sent_;
    t.with = nullptr;
    t.where = stage::outside;
}

} // namespace procpool::schedule
