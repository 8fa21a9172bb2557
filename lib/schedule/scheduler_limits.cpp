// SPDX-License-Identifier: BSL-1.0
// The scheduler's part that watches the time and ends workers for what they do with it.
#include "schedule/scheduler.hpp"

#include <algorithm>

namespace procpool::schedule {
namespace {

constexpr duration shortest_watch = std::chrono::milliseconds(1);

// A timeout may be as long as its type can hold.
time_point later(time_point from, duration by) noexcept
{
    return by < time_point::max() - from ? from + by : time_point::max();
}

} // namespace

// Whether a task that has not started is too late.
std::optional<reason> scheduler::over_while_waiting(const task& t, time_point now) noexcept
{
    if (t.limits->queue_end.value_or(time_point::max()) <= now)
        return reason::queued_too_long;
    if (t.limits->deadline.value_or(time_point::max()) <= now)
        return reason::deadline_exceeded;
    return {};
}

void scheduler::give_up_running(task& t, time_point now)
{
    if (t.limits->on_cancel == when_cancelled::stop)
        return condemn(t, reason::cancelled, now);
    unwatch(t);
    finish(t, reason::cancelled);
    if (t.limits->on_cancel == when_cancelled::ask)
        push(action_kind::ask, t.with->id, &t);
}

void scheduler::inspected(task& t, std::optional<time_point> started, time_point now)
{
    if (t.where != stage::sent || t.finished)
        return;
    if (!started)
        return over_while_waiting(t, now) ? ask_back(t, recall::expire) : watch_for_start(t, now);
    began(t);
    watch_running(t, std::clamp(*started, t.sent_at, now), now);
}

void scheduler::watch_running(task& t, time_point started, time_point now)
{
    const task_limits& limits = *t.limits;
    const time_point timeout_end = limits.timeout ? later(started, *limits.timeout) : time_point::max();
    const time_point deadline = limits.deadline.value_or(time_point::max());
    if (timeout_end <= now || deadline <= now)
        return condemn(t, timeout_end <= deadline ? reason::timed_out : reason::deadline_exceeded, now);
    time_point next = std::min(timeout_end, deadline);
    if (limits.soft_timeout && !t.asked) {
        const time_point soft_end = later(started, *limits.soft_timeout);
        t.asked = soft_end <= now;
        if (t.asked)
            push(action_kind::ask, t.with->id, &t);
        else
            next = std::min(next, soft_end);
    }
    if (next != time_point::max())
        watch(t, next);
}

void scheduler::spared(task& t, time_point now)
{
    worker& w = *t.with;
    if (w.state != worker_state::condemned)
        return;
    for (task* other = t.next; other; other = other->next)
        if (other->finished) // given up while the worker was condemned already; it may be the one that runs now
            return push(w.under == pressure::killed ? action_kind::kill_if_running : action_kind::end_if_running, w.id,
                        other);
    w.under = pressure::none;
    take_up(w);
    dispatch(now);
}

// The kill order: what else is queued there leaves first, then, step by step and each time only if the offender still
// runs, the worker is asked, terminated, killed. After the first step nothing new can start there, so no innocent task
// is hit. Who was given up by its caller is asked first; whose time is over is not.
void scheduler::condemn(task& offender, reason why, time_point now)
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
    if (why != reason::cancelled || offender.limits->grace == duration::zero())
        return press(w, now);
    push(action_kind::ask, w.id, &offender);
    set_alarm(w, later(now, offender.limits->grace));
}

// The next step against the first task there that has an outcome already.
void scheduler::press(worker& w, time_point now)
{
    set_alarm(w, {});
    if (w.under == pressure::terminated)
        return kill(w, reason::cancelled);
    task* offender = w.sent.front();
    while (offender && !offender->finished)
        offender = offender->next;
    if (!offender)
        return;
    const bool at_once = offender->limits->kill_grace == duration::zero();
    w.under = at_once ? pressure::killed : pressure::terminated;
    if (!at_once)
        set_alarm(w, later(now, offender->limits->kill_grace));
    push(at_once ? action_kind::kill_if_running : action_kind::end_if_running, w.id, offender);
}

// The task that a condemned worker was to end for is over. If nothing worse than a request has happened, the worker
// goes on; one that has SIGTERM would die of it some time later, perhaps with another task.
void scheduler::reprieve(worker& w, time_point now)
{
    for (const task* t = w.sent.front(); t; t = t->next)
        if (t->finished)
            return;
    if (w.under == pressure::terminated)
        return kill(w, reason::cancelled);
    if (w.under == pressure::none) {
        take_up(w);
        undispatched_ = now;
    }
}

// A condemned worker takes tasks again.
void scheduler::take_up(worker& w)
{
    set_alarm(w, {});
    w.state = worker_state::ready;
    ready_.insert(w);
}

void scheduler::watch(task& t, time_point when)
{
    unwatch(t);
    t.alarm = when;
    t.watched = true;
    watched_.insert(&t);
}

void scheduler::watch_waiting(task& t)
{
    const time_point end =
        std::min(t.limits->queue_end.value_or(time_point::max()), t.limits->deadline.value_or(time_point::max()));
    if (end != time_point::max())
        watch(t, end);
}

// A task that has not started now reaches the end of its time after a whole timeout at the earliest. Very short ones
// are looked at less often: a look at each tick while the task is queued would make the clock spin.
void scheduler::watch_for_start(task& t, time_point now)
{
    duration patience = duration::max();
    for (const auto& limit : {t.limits->timeout, t.limits->soft_timeout})
        patience = std::min(patience, limit.value_or(duration::max()));
    time_point next = later(now, std::max<duration>(patience, shortest_watch));
    for (const auto& end : {t.limits->queue_end, t.limits->deadline})
        next = std::min(next, end.value_or(time_point::max()));
    if (next != time_point::max())
        watch(t, next);
}

void scheduler::unwatch(task& t)
{
    if (!t.watched)
        return;
    watched_.erase(&t);
    t.watched = false;
}

} // namespace procpool::schedule
