// SPDX-License-Identifier: BSL-1.0
// The scheduler's part that watches the time and ends workers for what they do with it.
#include "schedule/scheduler.hpp"

#include <algorithm>

namespace procpool::schedule {
namespace {

constexpr duration shortest_watch = std::chrono::milliseconds(1);
constexpr duration shortest_stuck = std::chrono::seconds(1); // a loaded machine may keep a worker from running as long

// Until when it may go without being started. What ran once has waited its time.
time_point end_of_waiting(const task& t) noexcept
{
    const time_point deadline = t.limits->deadline.value_or(time_point::max());
    return t.attempt == 1 ? std::min(deadline, t.limits->queue_end.value_or(time_point::max())) : deadline;
}

} // namespace

// Whether a task that has not started is too late.
std::optional<reason> scheduler::over_while_waiting(const task& t, time_point now) noexcept
{
    if (t.attempt == 1 && t.limits->queue_end.value_or(time_point::max()) <= now)
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

void scheduler::inspected(task& t, std::optional<time_point> started, bool has_ended, time_point now)
{
    if (t.where == stage::sent && t.over)
        return doubt(t, now);
    if (t.where != stage::sent || t.finished)
        return;
    if (!started)
        return not_begun(t, now);
    began(t);
    t.begun_by = std::min(t.begun_by, now);
    watch_running(t, std::clamp(*started, t.sent_at, t.begun_by), has_ended, now);
}

void scheduler::not_begun(task& t, time_point now)
{
    watch_for_start(t, now);
    if (over_while_waiting(t, now))
        return ask_back(t, recall::expire);
    if (!is_stuck(t, now))
        return;
    ++t.unbegun;
    clear(*t.with, nullptr);
}

// A run that has ended is not too late because this process was: its answer is here and was not read yet, or is on its
// way.
void scheduler::watch_running(task& t, time_point started, bool has_ended, time_point now)
{
    const task_limits& limits = *t.limits;
    const time_point timeout_end = limits.timeout ? later(started, *limits.timeout) : time_point::max();
    const time_point deadline = limits.deadline.value_or(time_point::max());
    if (timeout_end <= now || deadline <= now) {
        if (has_ended && !t.awaited) {
            t.awaited = true;
            return watch(t, later(now, shortest_stuck));
        }
        return condemn(t, timeout_end <= deadline ? reason::timed_out : reason::deadline_exceeded, now);
    }
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
    t.over = true;
    watch(t, later(now, shortest_stuck)); // its answer should be there long before
    if (w.state != worker_state::condemned)
        return;
    for (task* other = t.next; other; other = other->next)
        if (other->finished) // given up while the worker was condemned already; it may be the one that runs now
            return push(w.under == pressure::killed ? action_kind::kill_if_running : action_kind::end_if_running, w.id,
                        other);
    w.under = pressure::none;
    take_up(w, now);
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
    clear(w, &offender);
    if (why != reason::cancelled || offender.limits->grace == duration::zero())
        return press(w, now);
    push(action_kind::ask, w.id, &offender);
    set_alarm(w, later(now, offender.limits->grace));
}

// Nothing new goes there, and what has not started leaves. Without an offender: the worker is stuck, and is killed when
// all of it could leave.
void scheduler::clear(worker& w, const task* offender)
{
    if (w.takes_tasks())
        leave_ready(w);
    take_off_lists(w);
    set_alarm(w, {});
    w.state = worker_state::condemned;
    w.stuck = offender == nullptr;
    for (task* t = w.sent.front(); t; t = t->next)
        if (t != offender && !t->started)
            ask_back(*t, recall::clear_way);
}

// The answer of a task that was over does not come. If its worker has nothing else to do, it was stopped or it lies,
// and would stay in the way for ever; if it has, it may be that only this process was slow.
void scheduler::doubt(task& t, time_point now)
{
    worker& w = *t.with;
    watch(t, later(now, shortest_stuck));
    if (w.state == worker_state::ready)
        clear(w, nullptr);
    if (w.stuck && w.under != pressure::killed && has_only_over(w))
        kill(w, reason::cancelled);
}

bool scheduler::has_only_over(const worker& w) noexcept
{
    const task* t = w.sent.front();
    while (t && t->over)
        t = t->next;
    return t == nullptr;
}

// Whether its worker has nothing else to do, and yet did not begin it all the time that it may take: it was stopped, or
// does not read.
bool scheduler::is_stuck(const task& t, time_point now) noexcept
{
    const worker& w = *t.with;
    const duration patience = std::max(t.limits->timeout.value_or(duration::max()), shortest_stuck);
    return w.state == worker_state::ready && w.sent.front() == &t && now - w.quiet_since >= patience;
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
    drop_bound(w, all_ids);
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
    if (w.under == pressure::none)
        take_up(w, now);
    else if (w.under == pressure::terminated && w.load() == 0) // else its task has the rest of the grace
        kill(w, reason::cancelled);
}

// A condemned worker takes tasks again.
void scheduler::take_up(worker& w, time_point now)
{
    w.stuck = false;
    w.state = worker_state::ready;
    undispatched_ = now;
    set_alarm(w, {});
    if (w.leaving)
        return leave_when_idle(w);
    join_ready(w);
    if (w.due)
        due_.push_back(&w);
    set_review(w, now);
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
    const time_point end = end_of_waiting(t);
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
    const time_point next = std::min(later(now, std::max<duration>(patience, shortest_watch)), end_of_waiting(t));
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
