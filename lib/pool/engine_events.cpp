// SPDX-License-Identifier: BSL-1.0
// The engine's part that tells pool_options::on_event what happens.
#include "pool/engine.hpp"

#include "pool/pool_impl.hpp"
#include "pool/task_report.hpp"

#include <new>

namespace procpool::detail {
namespace {

task_end end_of(schedule::reason why)
{
    switch (why) {
    case schedule::reason::cancelled:
        return task_end::cancelled;
    case schedule::reason::timed_out:
        return task_end::timed_out;
    case schedule::reason::queued_too_long:
        return task_end::queue_timed_out;
    case schedule::reason::deadline_exceeded:
        return task_end::deadline_exceeded;
    case schedule::reason::crashed:
        return task_end::crashed;
    case schedule::reason::quarantined:
        return task_end::quarantined;
    case schedule::reason::start_failed:
        return task_end::start_failed;
    case schedule::reason::recycled:
        break; // of a worker, not of a task
    }
    return task_end::none;
}

} // namespace

void engine::tell_started(const link::link& worker)
{
    tell_worker(event_kind::worker_started, worker);
    if (vacant_.empty())
        return;
    pool_.desk().add(event{.kind = event_kind::worker_replaced,
                           .time = now(),
                           .worker = worker.number(),
                           .pid = worker.pid(),
                           .instead_of = vacant_.front()});
    vacant_.pop_front();
}

void engine::tell_worker(event_kind kind, const link::link& worker)
{
    if (wants_events_)
        pool_.desk().add(event{.kind = kind, .time = now(), .worker = worker.number(), .pid = worker.pid()});
}

void engine::tell_not_started(schedule::worker_id id)
{
    if (wants_events_)
        pool_.desk().add(event{.kind = event_kind::worker_died, .time = now(), .worker = id, .text = start_failure_});
}

void engine::tell_ended(const link::link& worker, const seat& at)
{
    if (!wants_events_)
        return;
    if (at.retired_for)
        return tell_worker(*at.retired_for == schedule::reason::recycled ? event_kind::worker_recycled
                                                                         : event_kind::worker_retired,
                           worker);
    tell_died(worker);
    vacant_.push_back(worker.number());
}

void engine::tell_died(const link::link& worker)
{
    if (!wants_events_)
        return;
    const auto report = std::make_shared<const crash_report>(worker.report());
    pool_.desk().add(event{.kind = event_kind::worker_died,
                           .time = now(),
                           .worker = worker.number(),
                           .pid = worker.pid(),
                           .report = report,
                           .text = report->summary()});
}

// An event that there is no memory for is left out: the outcome behind it must come.
void engine::tell_task(event_kind kind, const scheduled_operation& op, task_end end)
try {
    if (!wants_events_)
        return;
    const bool is_settled = kind == event_kind::task_killed; // its call is gone
    event what{.kind = kind,
               .time = now(),
               .task = op.id,
               .attempt = op.attempt,
               .end = end,
               .task_name = is_settled ? given_name(op) : name_of(op)};
    if (op.with) {
        what.worker = op.with->id;
        what.pid = seats_.at(op.with->id).link->pid();
    }
    pool_.desk().add(std::move(what));
} catch (const std::bad_alloc&) {
}

void engine::tell_finished(const schedule::action& finish)
{
    tell_task(event_kind::task_finished, scheduled_operation::of(*finish.about), end_of(finish.why));
}

void engine::tell_queued(schedule::arrivals& submitted)
{
    if (wants_events_)
        for (const auto& run : submitted.runs())
            for (schedule::task* t = run.tasks.front(); t; t = t->next)
                tell_task(event_kind::task_queued, scheduled_operation::of(*t));
}

// The task that starts when this one leaves its worker.
schedule::task* engine::next_behind(const scheduled_operation& op) const noexcept
{
    return wants_events_ && op.with->sent.front() == &op ? op.next : nullptr;
}

// One that was given up meanwhile has had its last event, and its call, with its name, is gone.
void engine::tell_next(schedule::task* first)
{
    if (first && first->with && !first->finished)
        tell_task(event_kind::task_started, scheduled_operation::of(*first));
}

} // namespace procpool::detail
