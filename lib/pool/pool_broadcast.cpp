// SPDX-License-Identifier: BSL-1.0
// A pool's tasks that one worker alone may run.
#include "pool/failures.hpp"
#include "pool/pool_impl.hpp"

#include <procpool/detail/throw_error.hpp>

namespace procpool::detail {

std::vector<future_ptr> pool_impl::broadcast(const call& made, const task_options& options)
{
    if (!made.attached.empty())
        throw_error(errc::not_serializable,
                    "procpool::pool::broadcast() cannot give one buffer of 64 KiB or more to several workers: pass a "
                    "std::vector");
    std::vector<schedule::worker_id> workers;
    {
        const std::scoped_lock lock(runner_mutex_);
        if (runner_)
            workers = runner_->workers();
    }
    std::vector<future_ptr> tasks;
    for (const auto each : workers) {
        call copy{.bytes = made.bytes, .modules = made.modules, .attached = {}, .descriptors = made.descriptors};
        tasks.emplace_back(new future_state(std::move(copy), options, weak_from_this()), false);
        submit_to(each, tasks.back());
    }
    return tasks;
}

// Room in the queue or not: there are few workers.
void pool_impl::submit_to(schedule::worker_id worker, operation_ptr op)
{
    std::unique_lock lock(mutex_);
    if (closed_) {
        lock.unlock();
        return refuse(op, closed());
    }
    auto& scheduled = scheduled_operation::of(*op);
    admission_.enter_anyway(scheduled.size());
    scheduled.id = ++last_id_;
    inbox_for_one_.emplace_back(worker, std::move(op));
    post_drain();
}

} // namespace procpool::detail
