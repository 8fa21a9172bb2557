// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/task.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace procpool {

/// What the worker processes get. Everything else is fixed: stdin is /dev/null, stdout and stderr are this process's,
/// nothing else of this process is open, blocked or ignored in a worker.
struct worker_options {
    /// Changes to this process's environment: a value sets the variable, no value removes it. Names must not be empty
    /// or contain '='.
    std::map<std::string, std::optional<std::string>> env{};
    /// The working directory; empty: this process's at the time of each start. Must exist when a worker starts.
    std::filesystem::path cwd{};
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
    /// file was replaced or deleted.
    std::filesystem::path executable{};
    /// Runs in each worker before its first task: `procpool::task(load_model, path)`. If it throws, the worker does not
    /// start.
    std::optional<task<void>> initializer{};
    /// The workers' environment and directory.
    worker_options worker{};
    /// How long a worker may take to become ready, initializer included. Greater than zero.
    std::chrono::nanoseconds start_timeout = std::chrono::seconds(30);
    /// The most tasks that may be accepted and not finished, running ones included. At least 1. Default: no limit.
    std::optional<std::size_t> max_pending{};
    /// The most bytes of encoded arguments that these may hold. At least 1. Default: no limit. One task alone is always
    /// accepted.
    std::optional<std::size_t> max_pending_bytes{};
    /// What a submission does beyond these limits.
    procpool::when_full when_full = when_full::fail;
    /// The largest result, in bytes; a larger one is an error of its task. At least 1. Default 1 GiB: a bound on what a
    /// hostile worker can make this process store.
    std::uint64_t max_result_bytes = std::uint64_t{1} << 30;
};

/// Options of one submission. An aggregate with defaults: `{.timeout = 5s}`.
struct submit_options {
    /// Waiting tasks of higher priority start first; among equals the order of submission holds.
    int priority = 0;
    /// How long the task may run, counted from the start of its run. Then it fails with errc::timed_out, and its worker
    /// is killed and replaced; no other task notices. Greater than zero. Default: no limit.
    std::optional<std::chrono::nanoseconds> timeout{};
};

/// Throws boost::system::system_error with errc::invalid_option and a sentence that names the field, when an option is
/// outside its range. The constructors of pool and every submission call it.
PROCPOOL_DECL void validate(const pool_options& options);
PROCPOOL_DECL void validate(const submit_options& options);

} // namespace procpool
