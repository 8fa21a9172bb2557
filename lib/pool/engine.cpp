// SPDX-License-Identifier: BSL-1.0
// The engine's events: from callers, from links, from the clock.
#include "pool/engine.hpp"

#include "pool/failures.hpp"
#include "pool/launch_options.hpp"
#include "pool/pool_impl.hpp"

#include <algorithm>

namespace procpool::detail {

engine::engine(pool_impl& pool, const boost::asio::any_io_executor& executor, const pool_options& options)
    : pool_(pool),
      wants_events_(static_cast<bool>(options.on_event)),
      executor_(executor),
      timer_(executor),
      joins_(executor),
      plan_(plan_for(options)),
      first_message_(first_message_for(options)),
      first_modules_(options.start == start_method::spawn ? modules_for(options) : 0),
      first_descriptors_(options.start == start_method::spawn ? descriptors_for(options) : nullptr),
      start_timeout_(options.start_timeout),
      scheduler_(limits_for(options)),
      memory_timer_(executor),
      relay_timer_(executor)
{
    if (options.start == start_method::forkserver)
        fork_server_.emplace(pool, *this, plan_, options);
}

engine::~engine() = default;

void engine::open()
{
    scheduler_.open(now());
    turn();
}

void engine::accept(schedule::arrivals submitted)
{
    tell_queued(submitted);
    scheduler_.submit(std::move(submitted), now());
    perform_decided();
}

void engine::accept_for(schedule::worker_id worker, operation_ptr submitted)
{
    auto& scheduled = scheduled_operation::of(*submitted.detach());
    tell_task(event_kind::task_queued, scheduled);
    scheduler_.submit_to(worker, scheduled, now());
    perform_decided();
}

bool engine::cancel(operation& op, bool if_running)
{
    const auto& scheduled = scheduled_operation::of(op);
    const bool was_finished = scheduled.finished;
    scheduler_.cancel(scheduled_operation::of(op), if_running, now());
    perform_decided();
    return scheduled.finished && !was_finished && !scheduled.started;
}

void engine::cancel_pending(std::uint64_t last_id)
{
    scheduler_.cancel_pending(last_id, now());
    perform_decided();
}

void engine::terminate_workers(std::chrono::nanoseconds grace)
{
    scheduler_.terminate_workers(grace, now());
    perform_decided();
}

void engine::close()
{
    scheduler_.close(now());
    turn();
}

void engine::resize(std::size_t workers)
{
    scheduler_.resize(workers, now());
    turn();
}

void engine::terminate()
{
    joins_.lift_limit();
    if (fork_server_)
        fork_server_->terminate();
    scheduler_.terminate();
    turn();
}

void engine::join(std::shared_ptr<join_operation> waiting, deadline end)
{
    joins_.add(std::move(waiting));
    if (end)
        joins_.set_limit(
            *end, [pool = pool_.shared_from_this(), this] { pool->run([this](runner&) { on_shutdown_limit(); }); });
    close();
}

void engine::on_shutdown_limit()
{
    if (scheduler_.has_tasks())
        joins_.note_cut_off();
    terminate();
}

void engine::stop_joining(const std::shared_ptr<join_operation>& waiting)
{
    joins_.remove(waiting);
}

void engine::on_timer()
{
    timer_set_to_.reset();
    scheduler_.tick(now());
    turn();
}

void engine::enter(link::link& from, void (link::link::*event)(std::size_t), std::size_t count)
{
    pool_.run([&](runner&) { (from.*event)(count); });
}

void engine::worker_ready(link::link& from)
{
    tell_worker(event_kind::worker_ready, from);
    scheduler_.worker_ready(from.number(), now());
    perform_all();
}

void engine::worker_refused(link::link&, std::span<const std::byte> exception)
{
    start_failure_ = refusal(exception);
}

void engine::worker_forked(link::link& from, std::uint64_t)
{
    from.kill(); // it is no fork server
}

void engine::task_answered(scheduled_operation& op, const wire::frame& answer, region_ptr shown)
{
    const bool succeeded = answer.header.kind == wire::frame_kind::result;
    if (shown)
        note_big_payload();
    if (op.next) // answers come in the order of their tasks, most often
        schedule::fetch(op.next->next);
    auto* const next = next_behind(op);
    const auto verdict =
        scheduler_.answered(op,
                            {.succeeded = succeeded,
                             .too_large = first_message_.max_memory_bytes && answer.header.too_large != 0,
                             .ran = std::chrono::nanoseconds(answer.header.ran_ns)},
                            now());
    // Takes over the reference that accept() took, unless the task is to run again.
    operation_ptr answered(&op.owner, verdict == schedule::verdict::retry);
    switch (verdict) {
    case schedule::verdict::deliver:
        tell_task(event_kind::task_finished, op, succeeded ? task_end::returned : task_end::threw);
        count_finished(op);
        op.release_attached();
        if (op.owner.settle(answer.payload, !succeeded, std::move(shown)))
            settled_.add(std::move(answered));
        break;
    case schedule::verdict::drop:
        break;
    case schedule::verdict::retry:
        tell_task(event_kind::task_retried, op);
        op.owner.set_with_worker(false);
        break;
    }
    tell_next(next);
}

void engine::batch_done()
{
    turn();
}

void engine::worker_ended(link::link& from)
{
    if (pool_.is_terminating()) // its workers are being killed: their tasks are cancelled, they did not crash
        scheduler_.terminate();
    perform_all();
    if (!from.was_ready() && !from.refused() && !seats_.at(from.number()).too_late)
        start_failure_ = start_failure(from);
    ended_worker_ = &from;
    tell_ended(from, seats_.at(from.number()));
    lose_tasks(from);
    scheduler_.worker_ended(from.number(), now());
    perform_all();
    ended_worker_ = nullptr;
    seats_.erase(from.number());
}

void engine::lose_tasks(link::link& with)
{
    for (std::uint16_t slot = 0; slot != wire::slot_count; ++slot)
        if (auto* op = with.task_at(slot)) {
            op->owner.set_with_worker(false);
            scheduler_.lost(*op, with.may_have_run(slot), now());
            if (op->where == schedule::stage::resting)
                tell_task(event_kind::task_retried, *op);
        }
}

void engine::abandon() noexcept
{
    scheduler_.terminate();
    if (fork_server_)
        fork_server_->abandon();
    for (auto& [id, at] : seats_) {
        at.link->abandon();
        lose_tasks(*at.link);
    }
    relay_out_.write();
    relay_err_.write();
    while (const auto action = scheduler_.next_action()) {
        if (action->kind == schedule::action_kind::finish)
            finish(*action);
        else if (action->kind == schedule::action_kind::forget)
            forget(scheduled_operation::of(*action->about));
    }
    settle_ended();
}

procpool::stats engine::stats() const
{
    const auto& counts = scheduler_.counts();
    return {.workers = scheduler_.worker_count(),
            .ready = scheduler_.ready_count(),
            .busy = scheduler_.busy_count(),
            .waiting = scheduler_.waiting_count() + scheduler_.resting_count(),
            .sent = scheduler_.sent_count(),
            .submitted = counts.submitted,
            .succeeded = counts.succeeded,
            .failed = counts.failed,
            .cancelled = counts.cancelled,
            .started_workers = counts.started_workers,
            .crashed_workers = counts.crashed_workers,
            .killed_workers = counts.killed_workers,
            .recycled_workers = counts.recycled_workers,
            .retried = counts.retried};
}

} // namespace procpool::detail
