// SPDX-License-Identifier: BSL-1.0
// The pool's part that cancels tasks and terminates workers. The calling thread enters the engine itself: the executor
// may be busy, and the task would start meanwhile. Outcomes go through the executor.
#include "pool/failures.hpp"
#include "pool/pool_impl.hpp"

namespace procpool::detail {

// A task that has left the line is in the inbox or in the engine, and never returns to the line.
bool pool_impl::cancel(const operation_ptr& op, bool if_running)
{
    std::unique_lock lock(mutex_);
    auto& scheduled = scheduled_operation::of(*op);
    const bool was_in_line = scheduled.in_line;
    if (was_in_line)
        leave_line(scheduled);
    lock.unlock();
    if (was_in_line)
        refuse(op, made_by(cancelled));
    return was_in_line || enter_from_anywhere([&](runner& r) { return r.cancel(*op, if_running); });
}

// A handler of a cancelled task may destroy the pool on another thread.
void pool_impl::cancel_pending()
{
    const auto self = shared_from_this();
    std::unique_lock lock(mutex_);
    operation_list dropped;
    while (!in_line_.empty())
        dropped.push(leave_line(scheduled_operation::of(*in_line_.front())));
    const auto last_id = last_id_; // what is submitted from now on is not meant
    lock.unlock();
    while (!dropped.empty())
        refuse(dropped.pop(), made_by(cancelled));
    enter_from_anywhere([&](runner& r) {
        r.cancel_pending(last_id);
        return true;
    });
}

void pool_impl::terminate_workers(std::chrono::nanoseconds grace)
{
    enter_from_anywhere([&](runner& r) {
        r.terminate_workers(grace);
        return true;
    });
}

// Arrived tasks are moved into the engine first, and not sent.
template <class Event>
bool pool_impl::enter_from_anywhere(Event event)
{
    const auto self = shared_from_this();
    const std::scoped_lock alone(runner_mutex_);
    if (!runner_)
        return false;
    post_turn(); // first: what the event has done before it throws is settled too
    take_in(*runner_);
    return event(*runner_);
}

// With the engine's mutex held. One turn serves all events before it.
void pool_impl::post_turn()
{
    const std::scoped_lock lock(mutex_); // another thread may be destroying the context
    if (!executor_ || turn_posted_)
        return;
    boost::asio::post(executor_, [self = shared_from_this()] {
        self->run([&](runner& r) {
            self->turn_posted_ = false;
            r.turn();
        });
    });
    turn_posted_ = true;
    nudge();
}

} // namespace procpool::detail
