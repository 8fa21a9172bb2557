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
      executor_(executor),
      strand_(executor),
      timer_(strand_),
      shutdown_timer_(strand_),
      plan_(plan_for(options)),
      first_message_(first_message_for(options)),
      first_modules_(modules_for(options)),
      start_timeout_(options.start_timeout),
      scheduler_(limits_for(options))
{
}

engine::~engine() = default;

void engine::open()
{
    scheduler_.open(now());
    turn();
}

void engine::accept(std::vector<operation_ptr> submitted)
{
    for (auto& op : submitted) {
        scheduler_.submit(scheduled_operation::of(*op), now());
        op.detach(); // forget() lets go of it
    }
    turn();
}

void engine::cancel(operation& op, bool if_running)
{
    scheduler_.cancel(scheduled_operation::of(op), if_running, now());
    turn();
}

void engine::close()
{
    scheduler_.close(now());
    turn();
}

void engine::terminate()
{
    shutdown_timer_.cancel();
    scheduler_.terminate();
    turn();
}

void engine::join(std::shared_ptr<join_operation> waiting, std::optional<std::chrono::nanoseconds> limit)
{
    joins_.push_back(std::move(waiting));
    if (limit) {
        shutdown_timer_.expires_after(*limit);
        shutdown_timer_.async_wait([this, alive = pool_.shared_from_this()](boost::system::error_code error) {
            if (error)
                return;
            cut_off_ = scheduler_.has_tasks();
            terminate();
        });
    }
    close();
}

void engine::stop_joining(const std::shared_ptr<join_operation>& waiting)
{
    if (std::erase(joins_, waiting) != 0)
        waiting->complete(executor_, boost::asio::error::operation_aborted);
}

void engine::worker_ready(link::link& from)
{
    scheduler_.worker_ready(from.number(), now());
    perform_all();
}

void engine::worker_refused(link::link&, std::span<const std::byte> exception)
{
    start_failure_ = initializer_threw(exception);
}

void engine::task_answered(link::link& from, const wire::frame& answer)
{
    const auto& header = answer.header;
    auto* op = std::exchange(seats_.at(from.number()).tasks[header.slot], nullptr);
    answer_ = &answer;
    scheduler_.answered(*op, header.kind == wire::frame_kind::result, std::chrono::nanoseconds(header.ran_ns), now());
    perform_decided();
    answer_ = nullptr;
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
    const auto at = seats_.find(from.number());
    if (!from.was_ready() && !from.refused() && !at->second.too_late)
        start_failure_ = start_failure(from);
    ended_worker_ = &from;
    for (std::size_t slot = 0; slot != wire::slot_count; ++slot)
        if (auto* op = std::exchange(at->second.tasks[slot], nullptr))
            scheduler_.lost(*op, from.may_have_run(static_cast<std::uint16_t>(slot)));
    scheduler_.worker_ended(from.number(), now());
    perform_all();
    ended_worker_ = nullptr;
    seats_.erase(at);
}

void engine::abandon() noexcept
{
    scheduler_.terminate();
    for (auto& [id, at] : seats_) {
        at.link->abandon();
        for (auto* op : at.tasks)
            if (op)
                scheduler_.lost(*op, false);
    }
    while (const auto action = scheduler_.next_action()) {
        if (action->kind == schedule::action_kind::finish)
            finish(*action);
        else if (action->kind == schedule::action_kind::forget)
            forget(scheduled_operation::of(*action->about));
    }
}

} // namespace procpool::detail
