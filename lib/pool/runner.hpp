// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "pool/join_operation.hpp"
#include "pool/scheduled_operation.hpp"
#include "pool/settled_operations.hpp"
#include "schedule/scheduler.hpp"

#include <procpool/stats.hpp>

#include <vector>

namespace procpool::detail {

/// What runs a pool's tasks: the engine, with its workers, or, with start_method::inline_, this process. One thread at
/// a time is in it; pool_impl lets threads in.
class runner {
public:
    runner() = default;
    runner(const runner&) = delete;
    runner& operator=(const runner&) = delete;
    virtual ~runner() = default;

    /// Those whose handlers are to be called, outside.
    virtual settled_operations take_settled() = 0;
    virtual procpool::stats stats() const = 0;
    /// To which accept_for() can give a task.
    virtual std::vector<schedule::worker_id> workers() const = 0;

    // On any thread. They send no task and use no Asio object: that, and the outcomes, wait for the next turn().
    /// Takes over a reference to each.
    virtual void accept(schedule::arrivals submitted) = 0;
    /// Takes over the reference. Only that worker may run the task.
    virtual void accept_for(schedule::worker_id worker, operation_ptr submitted) = 0;
    /// Returns whether the task had not started and is revoked now.
    virtual bool cancel(operation& op, bool if_running) = 0;
    virtual void cancel_pending(std::uint64_t last_id) = 0;
    /// Sends SIGTERM to all workers, and SIGKILL after the grace.
    virtual void terminate_workers(std::chrono::nanoseconds grace) = 0;

    // On the executor.
    virtual void turn() = 0;
    virtual void open() = 0;
    virtual void close() = 0;
    virtual void resize(std::size_t workers) = 0;
    virtual void terminate() = 0;
    virtual void join(std::shared_ptr<join_operation> waiting, deadline end) = 0;
    virtual void stop_joining(const std::shared_ptr<join_operation>& waiting) = 0;
    /// There is room again for what workers write.
    virtual void resume_output() = 0;
    /// The context goes away: futures get operation_aborted, handlers are destroyed.
    virtual void abandon() noexcept = 0;
};

} // namespace procpool::detail
