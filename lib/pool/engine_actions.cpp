// SPDX-License-Identifier: BSL-1.0
// The engine's actions: what the scheduler wants done.
#include "pool/engine.hpp"

#include "pool/failures.hpp"
#include "pool/pool_impl.hpp"

#include <utility>

namespace procpool::detail {

static_assert(schedule::send_ahead::most <= wire::slot_count, "each task that is with a worker has a slot");

using schedule::action;
using schedule::action_kind;

schedule::time_point engine::now() noexcept
{
    if (!now_)
        now_ = schedule::clock::now();
    return *now_;
}

// Ends each event: after it nothing waits that could be done now.
void engine::turn()
{
    perform_all();
    settle_ended();
    now_.reset();
    collect_held();
    flush();
    relay_output();
    pool_.tasks_finished(std::exchange(finished_tasks_, 0), std::exchange(finished_bytes_, 0));
    pool_.set_load(scheduler_.ready_count() > scheduler_.busy_count(), scheduler_.has_tasks());
    set_timer();
    set_memory_timer();
    if (scheduler_.drained() && !fork_server_is_leaving())
        complete_joins();
}

void engine::perform_all()
{
    while (const auto next = scheduler_.next_action())
        perform(*next);
}

// Ends an event that may come on any thread. Decided actions touch control pages and send signals, and no Asio object.
void engine::perform_decided()
{
    while (const auto next = scheduler_.next_decided())
        perform(*next);
    now_.reset();
}

void engine::perform(const action& next)
{
    switch (next.kind) {
    case action_kind::spawn:
        return spawn(next.on);
    case action_kind::finish:
        return finish(next);
    case action_kind::forget:
        return forget(scheduled_operation::of(*next.about));
    case action_kind::kill:
        return kill(next.on, next.why);
    default:
        return perform_on_worker(next, seats_.at(next.on));
    }
}

void engine::perform_on_worker(const action& next, seat& at)
{
    switch (next.kind) {
    case action_kind::send:
        return send_all(at, next);
    case action_kind::take_back:
        return take_back(at, scheduled_operation::of(*next.about));
    case action_kind::inspect:
        return inspect(at, scheduled_operation::of(*next.about));
    case action_kind::ask:
        return at.link->ask(scheduled_operation::of(*next.about).slot);
    case action_kind::terminate:
        return at.link->terminate();
    case action_kind::end_if_running:
        return end_if_running(at, scheduled_operation::of(*next.about), &link::link::terminate);
    case action_kind::kill_if_running:
        return end_if_running(at, scheduled_operation::of(*next.about), &link::link::kill);
    case action_kind::collect: // its answers are events, which must wait until all actions are done
        return to_collect_.push_back(next.on);
    case action_kind::retire:
        at.retired_for = next.why;
        return at.link->retire();
    default:
        __builtin_unreachable();
    }
}

void engine::spawn(schedule::worker_id id)
{
    try {
        if (fork_server_)
            fork_server_->fork(id);
        else
            add_worker(id, link::launch(plan_, id));
    } catch (const std::exception& error) {
        worker_not_started(id, error.what());
    }
}

void engine::add_worker(schedule::worker_id id, link::launched started)
{
    auto made = std::make_shared<link::link>(executor_, id, std::move(started), pool_.groups(), plan_);
    auto& at = seats_[id];
    at.link = made;
    to_flush_.reserve(to_flush_.size() + seats_.size());
    first_message_.worker = id;
    made->start({pool_.shared_from_this(), this}, first_message_, first_modules_, first_descriptors_);
    flush_soon(at);
    tell_started(*made);
}

void engine::worker_forked(schedule::worker_id id, link::launched started, std::optional<schedule::reason> unwanted)
{
    add_worker(id, std::move(started));
    if (unwanted)
        kill(seats_.at(id), *unwanted);
}

void engine::worker_not_started(schedule::worker_id id, const std::string& why)
{
    start_failure_ = why;
    seats_.erase(id);
    tell_not_started(id);
    scheduler_.worker_ended(id, now());
}

// When nobody needs it any more.
bool engine::fork_server_is_leaving()
{
    if (!fork_server_ || !fork_server_->is_running())
        return false;
    fork_server_->leave();
    return true;
}

void engine::send_all(seat& at, const action& send)
{
    schedule::task* t = send.about;
    for (std::size_t left = send.count; left != 0; --left, t = t->next)
        send_one(*at.link, scheduled_operation::of(*t), send.may_hold);
    flush_soon(at);
}

void engine::flush_soon(seat& at) noexcept
{
    if (!std::exchange(at.has_unsent, true))
        to_flush_.push_back(at.link->number());
}

void engine::send_one(link::link& to, scheduled_operation& op, bool may_hold)
{
    link::outgoing_task described{.id = op.id,
                                  .call = op.call(),
                                  .attached = op.attached(),
                                  .descriptors = op.descriptors(),
                                  .modules = op.modules(),
                                  .may_hold = may_hold};
    if (const auto* limits = op.own_limits.get()) {
        described.timeout = limits->timeout.value_or(schedule::duration::zero());
        described.deadline = limits->deadline.value_or(schedule::time_point());
    }
    if (described.call.size() >= shared_from || !described.attached.empty())
        note_big_payload();
    op.slot = to.send(op, described);
    op.owner.set_with_worker(true);
    if (wants_events_ && op.with->sent.front() == &op)
        tell_task(event_kind::task_started, op);
}

void engine::take_back(seat& at, scheduled_operation& op)
{
    const bool revoked = at.link->take_back(op.slot);
    if (revoked) {
        op.owner.set_with_worker(false);
        tell_next(next_behind(op));
    }
    scheduler_.taken_back(op, revoked, now());
}

void engine::inspect(const seat& at, scheduled_operation& op)
{
    scheduler_.inspected(op, at.link->started(op.slot), !at.link->may_run(op.slot), now());
}

void engine::end_if_running(seat& at, scheduled_operation& op, void (link::link::*end)() noexcept)
{
    if (!at.link->may_run(op.slot))
        return scheduler_.spared(op, now());
    tell_task(event_kind::task_killed, op);
    (*at.link.*end)();
}

void engine::kill(schedule::worker_id id, schedule::reason why)
{
    if (const auto found = seats_.find(id); found != seats_.end())
        kill(found->second, why);
    else if (fork_server_ && fork_server_->give_up(id, why)) // it is not forked yet; else its start has just failed
        scheduler_.worker_ended(id, now());
}

void engine::kill(seat& at, schedule::reason why)
{
    if (why == schedule::reason::timed_out) {
        at.too_late = true;
        start_failure_ = start_took_too_long(*at.link, start_timeout_);
    } else if (!at.link->was_ready()) {
        at.retired_for = why; // nobody needs it any more
    }
    at.link->kill();
}

// Before the task is settled: then its call is gone.
void engine::count_finished(const scheduled_operation& op) noexcept
{
    ++finished_tasks_;
    finished_bytes_ += op.size();
}

void engine::finish(const action& next)
{
    auto& op = scheduled_operation::of(*next.about);
    operation_ptr finished(&op.owner, !next.forgets); // or takes over the reference that accept() took
    count_finished(op);
    tell_finished(next);
    op.release_attached();
    finished->fail(made_by([&] { return failure_of(next); }));
    ended_.push(std::move(finished));
}

void engine::settle_ended()
{
    while (!ended_.empty()) {
        auto op = ended_.pop();
        if (op->settle())
            settled_.add(std::move(op));
    }
}

outcome engine::failure_of(const action& next)
{
    switch (next.why) {
    case schedule::reason::cancelled:
        return cancelled();
    case schedule::reason::timed_out:
        return timed_out(next.on, seats_.at(next.on).link->pid(), *next.about->limits->timeout);
    case schedule::reason::queued_too_long:
        return queued_too_long();
    case schedule::reason::deadline_exceeded:
        return deadline_exceeded(next.about->with != nullptr);
    case schedule::reason::crashed:
        return crashed(*ended_worker_, scheduled_operation::of(*next.about), now());
    case schedule::reason::quarantined:
        if (next.about->unbegun >= schedule::most_unbegun)
            return never_begun();
        return quarantined(crashed(*ended_worker_, scheduled_operation::of(*next.about), now()), next.about->kills);
    case schedule::reason::start_failed:
        return could_not_start(start_failure_);
    case schedule::reason::recycled:
        break; // of a worker, not of a task
    }
    __builtin_unreachable();
}

void engine::forget(scheduled_operation& op) noexcept
{
    operation_ptr(&op.owner, false); // takes over the reference that accept() took
}

void engine::collect_held()
{
    for (const auto id : std::exchange(to_collect_, {}))
        if (const auto at = seats_.find(id); at != seats_.end())
            at->second.link->collect();
}

void engine::flush()
{
    auto next = to_flush_.begin();
    try {
        for (; next != to_flush_.end(); ++next)
            if (const auto at = seats_.find(*next); at != seats_.end()) {
                at->second.link->flush();
                at->second.has_unsent = false;
            }
    } catch (...) { // the rest, with this one, in the next turn
        to_flush_.erase(to_flush_.begin(), next);
        throw;
    }
    to_flush_.clear();
}

void engine::set_timer()
{
    const auto next = scheduler_.next_alarm();
    if (next == timer_set_to_)
        return;
    timer_set_to_ = next;
    if (!next) {
        timer_.cancel();
        return;
    }
    timer_.expires_at(*next);
    timer_.async_wait([pool = pool_.shared_from_this(), this](boost::system::error_code error) {
        if (!error)
            pool->run([this](runner&) { on_timer(); });
    });
}

void engine::complete_joins()
{
    memory_timer_.cancel();
    joins_.complete();
}

} // namespace procpool::detail
