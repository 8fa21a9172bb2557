// SPDX-License-Identifier: BSL-1.0
#include "schedule/scheduler.hpp"

#include <algorithm>

namespace procpool::schedule {

bool scheduler::earlier::operator()(const task* a, const task* b) const noexcept
{
    return a->alarm != b->alarm ? a->alarm < b->alarm : a->id < b->id;
}

bool scheduler::earlier::operator()(const worker* a, const worker* b) const noexcept
{
    return a->alarm != b->alarm ? a->alarm < b->alarm : a->id < b->id;
}

std::optional<action> scheduler::next_action()
{
    if (actions_.empty() && undispatched_)
        dispatch(*undispatched_);
    return (actions_.empty() ? collects_ : actions_).pop();
}

std::optional<time_point> scheduler::next_alarm() const
{
    std::optional<time_point> next = sent_ > 1 ? look_at_ : std::nullopt;
    const auto consider = [&](time_point t) { next = next ? std::min(*next, t) : t; };
    if (!watched_.empty())
        consider((*watched_.begin())->alarm);
    if (!alarms_.empty())
        consider(*(*alarms_.begin())->alarm);
    if (may_start_worker())
        consider(starts_.next_try());
    return next;
}

void scheduler::tick(time_point now)
{
    while (!watched_.empty() && (*watched_.begin())->alarm <= now) {
        task& t = **watched_.begin();
        unwatch(t);
        if (t.where == stage::sent)
            push(action_kind::inspect, t.with->id, &t);
        else if (const auto over = over_while_waiting(t, now))
            expire(t, *over);
        else
            go_on(t);
    }
    end_late_workers(now);
    look_at_sent(now);
    dispatch(now);
}

void scheduler::open(time_point now)
{
    start_workers(now);
}

void scheduler::close(time_point now)
{
    closed_ = true;
    dispatch(now);
}

void scheduler::terminate()
{
    closed_ = true;
    fail_waiting(reason::cancelled);
    cancel_resting(all_ids);
    for (auto& [id, w] : workers_) {
        for (task* t = w.sent.front(); t; t = t->next)
            if (!t->finished) {
                unwatch(*t);
                finish(*t, reason::cancelled);
            }
        kill(w, reason::cancelled);
    }
}

void scheduler::finish(task& t, reason why)
{
    t.finished = true;
    if (t.with) {
        ++t.with->abandoned;
        abandoned_ += !t.with->takes_tasks();
    }
    ++(why == reason::cancelled ? counts_.cancelled : counts_.failed);
    push(action_kind::finish, t.with ? t.with->id : 0, &t, why);
}

void scheduler::forget(task& t)
{
    t.where = stage::outside;
    action* const last = actions_.last();
    if (last && last->kind == action_kind::finish && last->about == &t)
        last->forgets = true;
    else
        push(action_kind::forget, 0, &t);
}

} // namespace procpool::schedule
