// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/event.hpp>
#include <procpool/fault.hpp>
#include <procpool/task.hpp>
#include <procpool/worker_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace procpool {

/// Where a pool's workers come from.
enum class start_method {
    /// Each is a new process that runs the program from its beginning, and the initializer.
    spawn,
    /// A helper process is started in that way and runs the initializer, once; the workers are forked from it, in a
    /// fraction of the time, and share its memory until they write to it. Neither main before run_if_worker() nor the
    /// initializer may start threads, and handlers of pthread_atfork() do not run. What it has opened is open in each
    /// worker; what it has left in random number generators is the same in all. A helper that dies is replaced when the
    /// next worker is wanted. Needs a kernel with CONFIG_CHECKPOINT_RESTORE, as distributions have it.
    forkserver,
    /// There are no workers: the tasks run in this process, one at a time, on the pool's executor, for unit tests and
    /// debuggers. All else that a caller sees is the same: arguments, results and exceptions go through their codecs,
    /// and nothing completes inside of an initiating function. The initializer runs once, before the first task; what
    /// it throws fails each task with errc::start_failed. main need not call run_if_worker(). What takes a process is
    /// missing: a crash is one of this process; times and sizes are not limited, nothing is run again; worker_options,
    /// on_event and faults have no effect. A task that runs cannot be ended, and the loop does nothing else meanwhile,
    /// so a cancellation, and the destructor of a pool with a thread of its own, wait for it.
    inline_,
};

/// What a submission does when max_pending or max_pending_bytes is reached.
enum class when_full {
    fail, ///< The task fails at once with errc::queue_full.
    wait, ///< An operation with a token joins the queue when there is room, in order; a call that returns a future
          ///< blocks until there is room, and throws errc::would_deadlock on a thread that runs the pool's loop.
};

/// How a pool is set up. An aggregate with defaults: `{.workers = 4}`.
struct pool_options {
    /// The most worker processes, 1 to 4096. Default: the CPUs that this process may use (affinity and cgroup quota).
    /// They are started when there is work for them.
    std::optional<std::size_t> workers{};
    /// Workers that are started at once and kept, 0 to `workers`.
    std::size_t min_workers = 0;
    /// What ps and top show before ": worker 3". Default: the program's name.
    std::string name{};
    /// Another program as the worker; its main must call run_if_worker(). Default: this very program, also after its
    /// file was replaced or deleted. A relative path counts from this process's directory when the pool is made; PATH
    /// is not searched.
    std::filesystem::path executable{};
    /// How workers are started.
    start_method start = start_method::spawn;
    /// Runs in each worker before its first task: `procpool::task(load_model, path)`. If it throws, the worker does not
    /// start. With a fork server it runs there, unconfined, and what it writes comes from worker 0.
    std::optional<task<void>> initializer{};
    /// The workers' environment, directory, output, limits, sandbox and containment.
    worker_options worker{};
    /// How long a worker may take to become ready, initializer included. Greater than zero.
    std::chrono::nanoseconds start_timeout = std::chrono::seconds(30);
    /// After how long without a task a worker beyond min_workers ends. Greater than zero. Default: never.
    std::optional<std::chrono::nanoseconds> idle_timeout{};
    /// How many tasks a worker runs before another one takes its place, at least 1; each worker up to an eighth fewer,
    /// so that not all are exchanged together. The replacement is ready before it gets the place, at most a quarter of
    /// the workers (rounded up) is exchanged at a time, and never more tasks run at once than `workers`. Default: no
    /// limit.
    std::optional<std::size_t> max_tasks_per_worker{};
    /// The resident memory, in bytes, with which a worker is exchanged likewise, at least 1. It is looked at after each
    /// task; it does not keep a task from using more: worker_options::limits does. Default: no limit.
    std::optional<std::uint64_t> max_memory_per_worker{};
    /// How long a worker lives before it is exchanged likewise, up to an eighth less. It works on until its replacement
    /// is ready. Greater than zero. Default: no limit.
    std::optional<std::chrono::nanoseconds> max_worker_age{};
    /// A task that has ended so many workers is not run again, though it has retries left: it fails with
    /// errc::quarantined. One whose retries are used up fails with worker_crashed. At least 1.
    unsigned max_kills = 3;
    /// Called for what happens in the pool (event.hpp), in order, one call at a time, on the pool's executor. A task
    /// counts for max_pending until its events, and captured lines, were told, even if its future is ready before that:
    /// so a slow function delays new tasks, and the events of tasks that wait for it are bounded. Costs nothing when it
    /// is empty. What it throws leaves through the context's run(); on a pool's own thread it ends the program.
    std::function<void(const event&)> on_event{};
    /// The most tasks that may be accepted and not finished, running ones included. At least 1. Default: no limit.
    std::optional<std::size_t> max_pending{};
    /// The most bytes of encoded arguments that these may hold. At least 1. Default: no limit. One task alone is always
    /// accepted.
    std::optional<std::size_t> max_pending_bytes{};
    /// What a submission does beyond these limits.
    procpool::when_full when_full = when_full::fail;
    /// The largest result, in bytes; a larger one is errc::not_serializable for its task, in a map for its element. At
    /// least 1. Default 1 GiB: with some KiB more a bound on what a hostile worker can make this process store.
    std::uint64_t max_result_bytes = std::uint64_t{1} << 30;
    /// What is to go wrong, for tests of what the program does then (doc/fault_injection.md). Costs nothing when empty.
    std::vector<fault> faults{};
};

/// What becomes of a running task when its caller has given it up. The caller has operation_aborted at once in any
/// case.
enum class on_cancel {
    stop, ///< this_task::stop_requested() becomes true; if the task runs on for submit_options::grace, its worker and
          ///< what it started get SIGTERM, after kill_grace SIGKILL, and the worker is replaced.
    ask,  ///< this_task::stop_requested() becomes true, and nothing else happens.
    abandon, ///< Nothing happens: the task runs on, and its outcome is nobody's.
};

/// Options of one submission. An aggregate with defaults: `{.timeout = 5s}`.
struct submit_options {
    /// Of the tasks that were not sent to a worker yet, those of higher priority go first, and equals in the order of
    /// submission. So with one worker equals start in that order, with several nearly so.
    int priority = 0;
    /// What errors and crash reports call the task beside its number; copied by async_submit. Default: the name of a
    /// named task, else none.
    std::string_view name{};
    /// How long the task may run, counted from the start of its run. Then it fails with errc::timed_out, and its worker
    /// gets SIGTERM, after kill_grace SIGKILL, and is replaced; no other task notices. Greater than zero. Default: no
    /// limit.
    std::optional<std::chrono::nanoseconds> timeout{};
    /// When this_task::stop_requested() becomes true, counted from the start of the run. The task may end in its own
    /// way then, with its own outcome. Greater than zero. Default: never.
    std::optional<std::chrono::nanoseconds> soft_timeout{};
    /// How long the task may wait for its start, counted from the submission. Then it fails with errc::queue_timed_out
    /// and never runs. Greater than zero. Default: no limit.
    std::optional<std::chrono::nanoseconds> queue_timeout{};
    /// When the task must have ended, counted from the submission. Else it fails with errc::deadline_exceeded; if it
    /// runs, what follows is the same as with timeout. Greater than zero. Default: no limit.
    std::optional<std::chrono::nanoseconds> deadline{};
    /// How often the task may run again after its worker ended while it ran. Only for tasks that may run more than
    /// once: nobody knows how far the dead run has come. From 65,535 on without end.
    unsigned retries = 0;
    /// Whether it also runs again, as often, when it has thrown.
    bool retry_exceptions = false;
    /// How long it waits before it runs again; this doubles each time, up to a minute, unless it is longer from the
    /// beginning. Not negative.
    std::chrono::nanoseconds retry_pause = std::chrono::milliseconds(100);
    /// What becomes of the running task when it is cancelled, by whatever cancellation type.
    procpool::on_cancel on_cancel = on_cancel::stop;
    /// How long a cancelled task may take to stop by itself. Not negative; zero: it is not asked.
    std::chrono::nanoseconds grace = std::chrono::milliseconds(100);
    /// How long after SIGTERM a worker gets SIGKILL. Not negative; zero: at once, without SIGTERM. The worker gets
    /// SIGKILL at once also if this process may not signal it, because this process has changed its user since the
    /// start.
    std::chrono::nanoseconds kill_grace = std::chrono::seconds(1);
};

// g++ 12 copies a temporary aggregate in a co_await expression byte by byte, and destroys both: a std::string in it
// would be freed twice.
static_assert(std::is_trivially_copyable_v<submit_options>);

/// Throws boost::system::system_error with errc::invalid_option and a sentence that names the field, when an option is
/// outside its range. The constructors of pool and every submission call it.
PROCPOOL_DECL void validate(const pool_options& options);
PROCPOOL_DECL void validate(const submit_options& options);

} // namespace procpool
