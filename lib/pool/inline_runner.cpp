// SPDX-License-Identifier: BSL-1.0
#include "pool/inline_runner.hpp"

#include "link/module_table.hpp"
#include "pool/failures.hpp"
#include "pool/pool_impl.hpp"
#include "worker/run_inline.hpp"

#include <utility>

namespace procpool::detail {
namespace {

using schedule::all_ids;

outcome run_call(const call& made)
{
    auto [bytes, is_exception] = worker::run_inline(made, link::notice_of);
    return {.bytes = std::move(bytes), .error = nullptr, .is_exception = is_exception};
}

} // namespace

inline_runner::inline_runner(pool_impl& pool, const boost::asio::any_io_executor& executor, const pool_options& options)
    : pool_(pool),
      initializer_(options.initializer),
      joins_(executor)
{
}

inline_runner::~inline_runner() = default;

void inline_runner::accept(schedule::arrivals submitted)
{
    counts_.submitted += submitted.size();
    for (auto& run : submitted.runs())
        waiting_.append(run);
}

void inline_runner::accept_for(schedule::worker_id, operation_ptr submitted)
{
    ++counts_.submitted;
    waiting_.put_back(scheduled_operation::of(*submitted.detach()));
}

// Ends each event: after it nothing waits that could be done now.
void inline_runner::turn()
{
    settle_cancelled();
    const bool has_tasks = running_ || !waiting_.empty();
    pool_.set_load(false, has_tasks);
    if (!has_tasks && closed_)
        joins_.complete();
    if (running_ || waiting_.empty() || std::exchange(posted_, true))
        return;
    pool_.post_call([pool = pool_.shared_from_this(), this] { run_next(*pool); });
}

// On the pool's executor, and not in the runner: the task may use the pool, and others may cancel it meanwhile.
void inline_runner::run_next(pool_impl& pool)
{
    std::optional<call> next; // not running_, which another thread may have set meanwhile
    pool.run([&](runner&) { next = begin_next(); });
    if (!next)
        return;
    outcome result = run(*next);
    pool.run([&](runner&) { end(std::move(result)); });
}

// A copy: who gives the task up takes its bytes away.
std::optional<call> inline_runner::begin_next()
{
    posted_ = false;
    if (pool_.is_terminating()) // and is about to say so
        terminate();
    if (waiting_.empty())
        return {};
    auto& next = scheduled_operation::of(waiting_.pop());
    next.where = schedule::stage::sent;
    running_ = operation_ptr(&next.owner, false);
    running_->set_with_worker(true);
    const auto attached = next.attached();
    return call{.bytes = next.call(),
                .modules = next.modules(),
                .attached = {attached.begin(), attached.end()},
                .descriptors = next.descriptors()};
}

outcome inline_runner::run(const call& next)
{
    if (!initialized_)
        initialized_ = initializer_ ? run_call(initializer_->encoded()) : outcome();
    if (initialized_->is_exception)
        return could_not_start(refusal(initialized_->bytes));
    return run_call(next);
}

void inline_runner::end(outcome result)
{
    if (pool_.is_terminating())
        give_up_running();
    const auto ended = std::exchange(running_, nullptr);
    if (!std::exchange(given_up_, false)) {
        ++(result.is_exception || result.error ? counts_.failed : counts_.succeeded);
        settle(ended, std::move(result));
    }
    turn();
}

void inline_runner::settle(const operation_ptr& op, outcome result)
{
    auto& scheduled = scheduled_operation::of(*op);
    const std::size_t size = scheduled.size();
    scheduled.release_attached();
    if (op->settle(std::move(result)))
        settled_.add(op);
    pool_.tasks_finished(1, size);
}

bool inline_runner::cancel(operation& op, bool if_running)
{
    auto& scheduled = scheduled_operation::of(op);
    const bool is_waiting = scheduled.where == schedule::stage::waiting;
    if (is_waiting)
        drop(scheduled);
    else if (running_.get() == &op && if_running)
        give_up_running();
    return is_waiting;
}

void inline_runner::drop(scheduled_operation& waiting)
{
    waiting_.remove(waiting);
    ++counts_.cancelled;
    cancelled_.push({&waiting.owner, false});
}

// It runs on, unheard.
void inline_runner::give_up_running()
{
    if (!running_ || std::exchange(given_up_, true))
        return;
    ++counts_.cancelled;
    cancelled_.push(running_);
}

void inline_runner::settle_cancelled()
{
    while (!cancelled_.empty())
        settle(cancelled_.pop(), made_by(cancelled));
}

void inline_runner::cancel_pending(std::uint64_t last_id)
{
    for (auto* each : waiting_.up_to(last_id))
        drop(scheduled_operation::of(*each));
}

void inline_runner::close()
{
    closed_ = true;
    turn();
}

void inline_runner::terminate()
{
    joins_.lift_limit();
    closed_ = true;
    give_up_running();
    cancel_pending(all_ids);
    turn();
}

void inline_runner::join(std::shared_ptr<join_operation> waiting, deadline end)
{
    joins_.add(std::move(waiting));
    if (end)
        joins_.set_limit(
            *end, [pool = pool_.shared_from_this(), this] { pool->run([this](runner&) { on_shutdown_limit(); }); });
    close();
}

void inline_runner::on_shutdown_limit()
{
    if (running_ || !waiting_.empty())
        joins_.note_cut_off();
    terminate();
}

void inline_runner::stop_joining(const std::shared_ptr<join_operation>& waiting)
{
    joins_.remove(waiting);
}

// The settled ones have their handlers destroyed with this object.
void inline_runner::abandon() noexcept
{
    cancel_pending(all_ids);
    settle_cancelled();
}

procpool::stats inline_runner::stats() const
{
    procpool::stats now = counts_;
    now.waiting = waiting_.size();
    now.sent = running_ ? 1 : 0;
    return now;
}

} // namespace procpool::detail
