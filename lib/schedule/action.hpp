// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "schedule/task.hpp"

namespace procpool::schedule {

/// Numbered from 1 in the order of their starts; never used twice in a pool.
using worker_id = std::uint64_t;

/// What the scheduler wants done. Actions must be performed in the order in which they were given: the order in which a
/// worker is cleared and killed is what keeps innocent tasks alive.
enum class action_kind : std::uint8_t {
    spawn,           ///< Start this worker; answer with worker_ready or worker_ended.
    send,            ///< Send the task, and as many behind it as `count` says, to the worker.
    take_back,       ///< Revoke the task on the worker, if it has not started; answer with taken_back.
    inspect,         ///< Look when the task started; answer with inspected.
    ask,             ///< Ask the running task to stop.
    terminate,       ///< Send the worker SIGTERM, whatever it does.
    end_if_running,  ///< Look again whether the task runs; if so, send the worker SIGTERM, else answer with spared.
    kill_if_running, ///< Look again whether the task runs; if so, kill the worker, else answer with spared.
    kill,            ///< Kill the worker, whatever it does.
    collect, ///< Fetch answers that the worker may be holding back. Comes last, so that they may be told at once.
    retire,  ///< Tell the worker that no more tasks come. It ends by itself. `why`: recycled, or cancelled.
    finish,  ///< Give the caller its outcome: `reason` says which.
    forget,  ///< The scheduler will not touch the task again. Most often said by a finish already.
};

/// How a task ended for its caller, when not by an answer of its worker.
enum class reason : std::uint8_t {
    cancelled,         ///< The caller gave it up, or the pool was terminated.
    timed_out,         ///< It ran longer than its timeout.
    queued_too_long,   ///< It did not start in time.
    deadline_exceeded, ///< It did not end in time, whether it ran or not.
    crashed,           ///< Its worker ended while it ran.
    quarantined,       ///< It ended too many workers to be run again.
    start_failed,      ///< No worker could be started for it.
    recycled,          ///< Of a worker that retires: it has done enough, is too old or too large.
};

struct action {
    action_kind kind{};
    reason why{};          ///< Of a finish; timed_out on a kill says that a worker did not become ready in time.
    bool may_hold = false; ///< Of a send: the worker may hold the answer back.
    bool forgets = false;  ///< Of a finish: the scheduler will not touch the task again.
    worker_id on = 0;
    task* about = nullptr;
    std::size_t count = 1; ///< Of a send: `about` and those behind it in the worker's list.
};

} // namespace procpool::schedule
