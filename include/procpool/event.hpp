// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/crash_report.hpp>
#include <procpool/detail/config.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <sys/types.h>

namespace procpool {

/// What has happened. Of each worker that was started, exactly one of died, recycled and retired comes last; of each
/// task that was queued, finished.
enum class event_kind : std::uint8_t {
    worker_started,  ///< Its process exists.
    worker_ready,    ///< It takes tasks.
    worker_died,     ///< It could not be started, has ended by itself, or was killed: `report` and `text` say how.
    worker_replaced, ///< It was started because another one, `instead_of`, has died.
    worker_recycled, ///< It has ended because it had done enough, was too old or too large.
    worker_retired,  ///< It has ended because nobody needed it: idle, resize(), close().
    task_queued,     ///< It was accepted.
    task_started,    ///< A worker has it, and nothing before it. Cancelled at that moment it may be taken back even so.
    task_killed,     ///< It still runs, and therefore its worker gets SIGTERM or SIGKILL.
    task_retried,    ///< It will run again; `attempt` is that of the next run.
    task_finished,   ///< Its caller has an outcome: `end` says which.
};

/// How a task ended; see outcome_of() for the end that an exception tells of.
enum class task_end : std::uint8_t {
    none, ///< It has not.
    returned,
    threw,
    cancelled,         ///< By its caller or with its pool.
    timed_out,         ///< errc::timed_out
    queue_timed_out,   ///< errc::queue_timed_out
    deadline_exceeded, ///< errc::deadline_exceeded
    crashed,           ///< worker_crashed, or errc::protocol_error
    quarantined,       ///< errc::quarantined
    start_failed,      ///< errc::start_failed
    pool_closed,       ///< errc::pool_closed: the pool did not accept the task. Not in events.
    refused,           ///< The task was not accepted for another reason, such as errc::queue_full. Not in events.
};

/// Returns the end that a failure stands for, so that a program can map each one in a single `switch`, for example to
/// the status of an HTTP answer. `failure` is what get() threw or exception() returned, or the std::exception_ptr of a
/// completion handler. Null gives task_end::returned.
///
/// The pool's own errors are recognised by their objects, not by their codes: a task that itself throws
/// worker_crashed, asio::error::operation_aborted or an errc (from a pool of its own, for example) has ended with
/// `threw`. So has a copy that was sliced by `throw error;`; `throw;` keeps the object. Any other exception is `threw`
/// too, such as a result that its codec cannot decode. A blocking call whose limit passed gives `timed_out`, although
/// its task goes on.
///
/// @par Thread safety  Safe.
PROCPOOL_DECL task_end outcome_of(const std::exception_ptr& failure);

/// Something that has happened in a pool; see pool_options::on_event.
struct event {
    event_kind kind{};
    std::chrono::steady_clock::time_point time{}; ///< When the pool saw it.
    std::uint64_t worker = 0;                     ///< Its number in the pool, from 1; 0: no worker is concerned, or, of
                                                  ///< worker_died, the fork server.
    pid_t pid = 0;                                ///< Of that worker; 0 when it has none.
    std::uint64_t instead_of = 0;                 ///< Of worker_replaced.
    std::uint64_t task = 0;  ///< Its number in the pool, from 1 in the order of submission; 0: none.
    unsigned attempt = 0;    ///< Which run of the task, from 1; 0: no task is concerned.
    task_end end{};          ///< Of task_finished.
    std::string task_name{}; ///< As in crash_report; empty when the task has none.
    std::shared_ptr<const crash_report> report{}; ///< Of worker_died; null when it could not be started.
    std::string text{};                           ///< Of worker_died: a sentence.
};

/// One line for a log, without an end of line: "worker 3 (pid 4711) ready", "task 17 finished: returned".
PROCPOOL_DECL std::string to_string(const event& what);

} // namespace procpool
