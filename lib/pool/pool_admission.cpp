// SPDX-License-Identifier: BSL-1.0
// The pool's part that counts tasks in and out: pool_options::max_pending and max_pending_bytes.
#include "pool/failures.hpp"
#include "pool/loop_thread.hpp"
#include "pool/pool_impl.hpp"

#include <procpool/detail/throw_error.hpp>

namespace procpool::detail {

// With the mutex held. If it returns true, enqueue() must follow.
bool pool_impl::enter(const scheduled_operation& scheduled)
{
    inbox_.make_room_for(scheduled);
    return admission_.enter(scheduled.size());
}

// With the mutex held, as for all that concerns the line.
void pool_impl::stand_in_line(operation_ptr op) noexcept
{
    auto& scheduled = scheduled_operation::of(*op.detach());
    scheduled.in_line = true;
    in_line_.push_back(scheduled);
}

operation_ptr pool_impl::leave_line(scheduled_operation& scheduled) noexcept
{
    in_line_.remove(scheduled);
    scheduled.in_line = false;
    return {&scheduled.owner, false};
}

void pool_impl::wait_for_room(std::unique_lock<std::mutex>& lock, const operation_ptr& op)
{
    if (runs_loop_of(executor_))
        throw_error(errc::would_deadlock,
                    "procpool::pool::async_submit() would have to wait for room in the queue on a thread that runs the "
                    "pool's loop: pass a completion token there, or set pool_options::when_full to fail");
    bool entered = false;
    room_.wait(lock, [&] { return closed_ || (entered = in_line_.empty() && enter(scheduled_operation::of(*op))); });
    if (entered) {
        enqueue(op);
        return wake_engine(std::move(lock));
    }
    lock.unlock();
    refuse(op, closed());
}

// A function of the user's that is slower than the tasks would have events without bound wait for it: so tasks count
// until theirs were told.
void pool_impl::tasks_finished(std::size_t tasks, std::size_t bytes)
{
    if (tasks == 0)
        return;
    if (desk_.is_idle())
        make_room(tasks, bytes);
    else
        desk_.add(counted_tasks{tasks, bytes});
}

// For those in line, in their order.
void pool_impl::make_room(std::size_t tasks, std::size_t bytes)
{
    std::unique_lock lock(mutex_);
    admission_.leave(tasks, bytes);
    auto refused = let_in();
    room_.notify_all();
    if (!inbox_.empty())
        post_drain();
    lock.unlock();
    while (!refused.empty())
        refuse(refused.pop(), no_memory());
}

// With the mutex held. Returns those that there is no memory for: nobody would let them in later.
operation_list pool_impl::let_in() noexcept
{
    operation_list refused;
    while (!in_line_.empty()) {
        auto& next = scheduled_operation::of(*in_line_.front());
        try {
            if (!enter(next))
                break;
        } catch (const std::bad_alloc&) {
            refused.push(leave_line(next));
            continue;
        }
        enqueue(leave_line(next));
    }
    return refused;
}

} // namespace procpool::detail
