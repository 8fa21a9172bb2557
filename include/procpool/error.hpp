// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/crash_report.hpp>
#include <procpool/detail/config.hpp>
#include <procpool/exit_status.hpp>

#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <sys/types.h>

namespace procpool {

/// What can go wrong in a pool, apart from what a task itself throws. Thrown as boost::system::system_error; its what()
/// is a sentence that names the worker or the task and says what to do.
enum class errc {
    pool_closed = 1,      ///< The pool was closed, or moved from, before the task was submitted.
    queue_full,           ///< max_pending or max_pending_bytes is reached and when_full is fail.
    timed_out,            ///< The task ran longer than its timeout, async_shutdown() cut tasks off, or a blocking call
                          ///< with a limit came back without an outcome.
    start_failed,         ///< No worker, or no process, could be started.
    unknown_task,         ///< The worker program has no task of that name, or one with another signature.
    module_mismatch,      ///< The worker has not loaded the code that a task refers to, or another build of it.
    not_serializable,     ///< An argument, a result or an exception could not be turned into bytes, or back, is larger
                          ///< than it may be, or has descriptors where there can be none.
    protocol_error,       ///< A worker sent bytes that make no sense, and was ended; or somebody has written over the
                          ///< memory of a queue.
    would_deadlock,       ///< A blocking call on a thread that must run for the call to return.
    not_initialized,      ///< main did not call run_if_worker() before the pool was made.
    too_many_descriptors, ///< RLIMIT_NOFILE cannot hold those of the workers, a process, a queue or a task's arguments.
    invalid_option,       ///< An option, or an argument of a function that sets something, is outside its range.
    forked_copy,          ///< The object is a copy made by fork(); only the original process may use it.
    queue_timed_out,      ///< The task did not start within its queue_timeout.
    deadline_exceeded,    ///< The task did not end within its deadline.
    quarantined,          ///< The task ended so many workers, or so many did not begin it, that it is not run again.
    queue_closed,         ///< The queue was closed, and, for who gets, it is empty.
    connection_closed,    ///< The pipe was closed, at this end or at the other one.
};

/// The category of errc. Thread-safe; lives until the program ends.
PROCPOOL_DECL const boost::system::error_category& error_category() noexcept;

/// Makes errc usable as an error_code.
inline boost::system::error_code make_error_code(errc e) noexcept
{
    return {static_cast<int>(e), error_category()};
}

/// The worker that ran the task ended before it had answered. what() is the report's summary().
class PROCPOOL_DECL worker_crashed : public std::runtime_error {
public:
    explicit worker_crashed(crash_report report);
    ~worker_crashed() override;

    /// The process id that the worker had. The process is gone; the number may be in use again.
    pid_t pid() const noexcept { return report_->pid; }
    /// How it ended.
    const exit_status& status() const noexcept { return report_->status; }
    /// All that is known about it. Lives as long as a copy of this exception.
    const crash_report& report() const noexcept { return *report_; }

private:
    std::shared_ptr<const crash_report> report_;
};

/// A task threw something that has no type on this side: an unregistered exception type, or no exception class at all.
class PROCPOOL_DECL task_error : public std::runtime_error {
public:
    task_error(std::string type_name, std::string message);
    ~task_error() override;

    /// The demangled name of the type that was thrown.
    const std::string& type_name() const noexcept { return type_name_; }
    /// Its what(), or empty when it was no std::exception.
    const std::string& message() const noexcept { return message_; }

private:
    std::string type_name_;
    std::string message_;
};

} // namespace procpool

template <>
struct boost::system::is_error_code_enum<procpool::errc> : std::true_type {};
