// SPDX-License-Identifier: BSL-1.0
#include "play.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace procpool::schedule::test {
namespace {

void insist(bool holds, const char* what)
{
    if (!holds)
        throw std::logic_error(what);
}

std::string text_of(const action& a)
{
    static constexpr std::array kinds{"spawn",     "send",           "take_back",       "inspect", "ask",
                                      "terminate", "end_if_running", "kill_if_running", "kill",    "collect",
                                      "retire",    "finish",         "forget"};
    static constexpr std::array reasons{"cancelled", "timed_out",   "queued_too_long", "deadline_exceeded",
                                        "crashed",   "quarantined", "start_failed",    "recycled"};
    std::string text = kinds.at(static_cast<std::size_t>(a.kind));
    if (a.about)
        text += " t" + std::to_string(a.about->id);
    if (a.kind == action_kind::finish) {
        text += " " + std::string(reasons.at(static_cast<std::size_t>(a.why)));
        return a.forgets ? text + "; forget t" + std::to_string(a.about->id) : text;
    }
    if (a.kind == action_kind::retire && a.why == reason::recycled)
        text += " recycled";
    return a.on ? text + " w" + std::to_string(a.on) : text;
}

} // namespace

part* stand_in::first(word w) const
{
    const auto found = std::ranges::find(tasks, w, &part::says);
    return found == tasks.end() ? nullptr : *found;
}

part& play::submit(int priority, std::optional<duration> timeout)
{
    task_limits limits = at_once;
    limits.timeout = timeout;
    return submit(limits, priority);
}

part& play::submit(const task_limits& limits, int priority)
{
    part& p = parts_.emplace_back();
    p.limits = limits;
    p.it.id = parts_.size();
    p.it.priority = priority;
    p.it.limits = &p.limits;
    p.waits_since = act_;
    arrivals arrived;
    arrived.push(p.it);
    scheduler_.submit(std::move(arrived), now_);
    if (!together_)
        end_call();
    return p;
}

part& play::submit_to(worker_id id)
{
    part& p = parts_.emplace_back();
    p.limits = at_once;
    p.it.id = parts_.size();
    p.it.limits = &p.limits;
    p.only_on = id;
    scheduler_.submit_to(id, p.it, now_);
    end_call();
    return p;
}

void play::together(const std::function<void()>& submissions)
{
    together_ = true;
    submissions();
    together_ = false;
    settle();
}

void play::cancel(part& p, bool if_running)
{
    p.given_up = true;
    scheduler_.cancel(p.it, if_running, now_);
    end_call();
}

void play::cancel_pending(std::uint64_t last_id)
{
    for (part& p : parts_)
        p.given_up = p.given_up || (p.it.id <= last_id && p.says != word::running);
    scheduler_.cancel_pending(last_id, now_);
    end_call();
}

void play::start(part& p)
{
    stand_in& w = workers_.at(p.on);
    insist(w.works() && !w.first(word::running) && w.first(word::queued) == &p, "a worker runs one task, in order");
    insist(!p.ran && p.runs <= p.limits.retries, "no task runs again that may not");
    insist(w.runs < limits_.max_tasks.value_or(w.runs + 1), "no worker runs more tasks than it may");
    p.says = word::running;
    p.started = now_;
    p.ran = true;
    ++p.runs;
    ++w.runs;
}

void play::complete(part& p)
{
    insist(p.says == word::running, "only what runs is completed");
    p.says = word::done;
}

void play::deliver(worker_id id, const schedule::answer& says)
{
    stand_in& w = workers_.at(id);
    while (!w.tasks.empty() && w.tasks.front()->says == word::done) {
        part& p = *w.tasks.front();
        w.tasks.pop_front();
        const verdict v = scheduler_.answered(p.it, says, now_);
        if (v == verdict::retry) {
            insist(!says.succeeded && p.limits.retry_exceptions, "only what threw is run again after an answer");
            tell("retry t" + std::to_string(p.it.id));
            again(p);
            continue;
        }
        insist((v == verdict::deliver) != p.has_outcome(), "a caller gets one outcome");
        p.answered = v == verdict::deliver;
        p.forgotten = true;
        tell((p.answered ? "answered t" : "forget t") + std::to_string(p.it.id));
    }
    settle();
}

void play::again(part& p)
{
    p.ran = p.asked = false;
    p.says = word::none;
    p.waits_since = act_;
}

void play::answer(part& p, const schedule::answer& says)
{
    if (p.says == word::queued)
        start(p);
    complete(p);
    deliver(p.on, says);
}

void play::ready(worker_id id)
{
    workers_.at(id).ready = true;
    scheduler_.worker_ready(id, now_);
    settle();
}

void play::die(worker_id id)
{
    workers_.at(id).dead = true;
    deliver(id);
    auto gone = workers_.extract(id);
    for (part* p : gone.mapped().tasks) {
        scheduler_.lost(p->it, p->says == word::running, now_);
        if (p->it.where == stage::resting)
            again(*p);
        p->says = word::none;
        p->waits_since = act_;
        perform_all();
    }
    scheduler_.worker_ended(id, now_);
    settle();
}

void play::open()
{
    scheduler_.open(now_);
    settle();
}

void play::close()
{
    scheduler_.close(now_);
    settle();
}

void play::resize(std::size_t workers)
{
    resized_ = resized_ || workers < limits_.max_workers;
    limits_.max_workers = workers;
    scheduler_.resize(workers, now_);
    settle();
}

void play::terminate_workers(duration grace)
{
    scheduler_.terminate_workers(grace, now_);
    end_call();
}

void play::terminate()
{
    for (part& p : parts_)
        p.given_up = true;
    terminated_ = true;
    scheduler_.terminate();
    settle();
}

void play::pass(duration time)
{
    const time_point end = now_ + time;
    while (scheduler_.next_alarm().value_or(time_point::max()) <= end) {
        now_ = std::max(now_, *scheduler_.next_alarm());
        settle();
    }
    now_ = end;
}

// The pool's timer rings as soon as an alarm is due; a bell that does not stop ringing is a spinning pool.
void play::settle()
{
    perform_all();
    for (int rings = 0; scheduler_.next_alarm().value_or(time_point::max()) <= now_; ++rings) {
        insist(rings < 3, "an alarm that was answered is over");
        scheduler_.tick(now_);
        perform_all();
    }
    check_rest();
    ++act_;
}

void play::tell(const std::string& what)
{
    heard_ += (heard_.empty() ? "" : "; ") + what;
}

void play::perform_all()
{
    for (std::size_t count = 0; const auto next = scheduler_.next_action(); ++count) {
        insist(count < 1000 + 10 * parts_.size(), "an event has an end");
        tell_and_perform(*next);
    }
}

void play::perform_decided()
{
    while (const auto next = scheduler_.next_decided())
        tell_and_perform(*next);
}

void play::end_call()
{
    is_busy ? perform_decided() : settle();
}

void play::tell_and_perform(const action& a)
{
    if (meanwhile)
        meanwhile(a);
    tell(text_of(a));
    perform(a);
}

void play::perform(const action& a)
{
    switch (a.kind) {
    case action_kind::spawn:
        return spawn(a.on);
    case action_kind::send:
        return send_all(a);
    case action_kind::take_back:
        return take_back(part_of(a));
    case action_kind::inspect: {
        const part& p = part_of(a);
        const auto started = p.says == word::queued ? std::nullopt : std::optional(p.started);
        return scheduler_.inspected(*a.about, started, p.says == word::done, now_);
    }
    case action_kind::ask:
        part_of(a).asked = true;
        return;
    case action_kind::terminate:
        workers_.at(a.on).terminated = true;
        return;
    case action_kind::end_if_running:
        return end_if_running(part_of(a), &stand_in::terminated);
    case action_kind::kill_if_running:
        return end_if_running(part_of(a), &stand_in::killed);
    case action_kind::kill:
        workers_.at(a.on).killed = true;
        return;
    case action_kind::collect:
        return deliver(a.on);
    case action_kind::retire:
        insist(workers_.at(a.on).tasks.empty(), "a worker that has tasks is not retired");
        workers_.at(a.on).retired = true;
        return;
    case action_kind::finish:
        fail(part_of(a), a.why);
        if (!a.forgets)
            return;
        [[fallthrough]];
    case action_kind::forget:
        part& p = part_of(a);
        insist(p.has_outcome(), "a task is forgotten after its caller has the outcome");
        p.forgotten = true;
    }
}

void play::spawn(worker_id id)
{
    const std::size_t exchanged = (limits_.max_workers + 3) / 4;
    insist(workers_.size() < limits_.max_workers + exchanged, "there are never more workers than allowed");
    insist(!terminated_, "nothing is started after terminate");
    if (starts_fail)
        scheduler_.worker_ended(id, now_);
    else
        insist(workers_.try_emplace(id).second, "no worker's number is used twice");
}

void play::send_all(const action& a)
{
    action each = a;
    for (; each.count != 0; --each.count, each.about = each.about->next)
        send(part_of(each), a.on);
}

void play::send(part& p, worker_id id)
{
    stand_in& w = workers_.at(id);
    insist(w.takes_tasks(), "tasks go to workers that take them");
    insist(!p.ran && !p.has_outcome() && p.says == word::none,
           "a task is sent to one worker, and never after it started");
    insist(p.only_on == 0 || p.only_on == id, "a task for one worker is sent to no other");
    for (const part& other : parts_)
        insist(other.it.where != stage::waiting || other.waits_since == act_ || other.it.priority <= p.it.priority ||
                   p.only_on != 0 || other.only_on != 0,
               "of those that waited before, a higher priority is sent first");
    p.says = word::queued;
    p.on = id;
    w.tasks.push_back(&p);
    check_seats();
}

void play::check_seats() const
{
    const auto busy = std::ranges::count_if(
        workers_, [](const auto& each) { return !each.second.dead && !each.second.tasks.empty(); });
    insist(resized_ || static_cast<std::size_t>(busy) <= limits_.max_workers, "no more workers are busy than allowed");
}

void play::take_back(part& p)
{
    const bool success = p.says == word::queued;
    if (success) {
        std::erase(workers_.at(p.on).tasks, &p);
        p.says = word::none;
        p.waits_since = act_;
    }
    scheduler_.taken_back(p.it, success, now_);
}

void play::end_if_running(part& p, bool stand_in::*how)
{
    stand_in& w = workers_.at(p.on);
    insist(!w.first(word::queued), "before a kill nothing else can start there");
    if (p.says == word::running)
        w.*how = true;
    else
        scheduler_.spared(p.it, now_);
}

void play::fail(part& p, reason why)
{
    insist(!p.has_outcome(), "a caller gets one outcome");
    insist(why != reason::cancelled || p.given_up || p.only_on != 0, "nothing is cancelled that nobody gave up");
    insist(why != reason::crashed || p.ran || p.only_on != 0, "only what ran can have crashed");
    insist(why != reason::quarantined || p.it.kills >= limits_.max_kills || p.it.unbegun >= most_unbegun,
           "quarantine has its reason");
    insist(why != reason::timed_out || (p.ran && now_ - p.started >= *p.limits.timeout), "timed out means over time");
    insist(why != reason::queued_too_long || (p.runs == 0 && now_ >= *p.limits.queue_end),
           "who has started waits no more");
    insist(why != reason::deadline_exceeded || now_ >= *p.limits.deadline, "a deadline is not over before its time");
    p.failed = why;
}

void play::check_rest() const
{
    const bool idle = scheduler_.ready_count() > scheduler_.busy_count();
    const auto waits = [](const part& p) { return p.it.where == stage::waiting && p.only_on == 0; };
    insist(!idle || std::ranges::none_of(parts_, waits), "no worker is idle while tasks wait");
    insist(scheduler_.worker_count() == workers_.size(), "workers are counted");
    for (const part& p : parts_)
        insist(!p.has_outcome() || p.says != word::running || is_being_ended(p), "what was given up is stopped");
}

bool play::is_being_ended(const part& p) const
{
    const stand_in& w = workers_.at(p.on);
    return w.killed || w.terminated || p.asked || p.limits.on_cancel == when_cancelled::abandon;
}

part& play::part_of(const action& a)
{
    part& p = parts_.at(a.about->id - 1);
    insist(!p.forgotten, "a forgotten task is not touched");
    return p;
}

play with_workers(std::size_t count, std::size_t most)
{
    return with_workers(count, limits{.max_workers = most});
}

play with_workers(std::size_t count, limits all)
{
    all.min_workers = count;
    play p(all);
    p.open();
    for (worker_id id = 1; id <= count; ++id)
        p.ready(id);
    p.heard();
    return p;
}

} // namespace procpool::schedule::test
