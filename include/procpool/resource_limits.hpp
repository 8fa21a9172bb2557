// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace procpool {

/// What one worker process may use at most: an aggregate, `{.address_space = 512 << 20}`. Set when its initializer has
/// run, before its first task, and inherited by what a task starts. Tasks cannot raise the limits again, unless they
/// are privileged (as root). A limit that cannot be set fails the worker's start with errc::start_failed. Default of
/// each: what this process has.
struct resource_limits {
    /// Bytes of address space (RLIMIT_AS), libraries and stacks included. Greater than zero, and more than the worker
    /// has when it is set. An allocation beyond it is std::bad_alloc in the task, which its caller gets.
    std::optional<std::uint64_t> address_space{};
    /// CPU time of one worker from its start to its end, over all its tasks (RLIMIT_CPU). At least 1. Then it ends with
    /// SIGXCPU, a second later with SIGKILL, and the task that it runs fails with worker_crashed. For the time of one
    /// task there is submit_options::timeout.
    std::optional<std::chrono::seconds> cpu_time{};
    /// Open files: every descriptor's number is below it (RLIMIT_NOFILE). Nine are the
    /// worker's own, and one for each captured stream: of N a task can have N - 9 open.
    std::optional<std::uint64_t> open_files{};
    /// Bytes of the largest file that may be written (RLIMIT_FSIZE). A write beyond it is SIGXFSZ, which ends the
    /// worker, or, where that is ignored, EFBIG.
    std::optional<std::uint64_t> file_size{};
    /// Processes and threads of this user, on the whole system (RLIMIT_NPROC); those beyond it cannot be started
    /// (EAGAIN). Does not bind root.
    std::optional<std::uint64_t> processes{};
    /// Bytes of a core file (RLIMIT_CORE); 0: none is written.
    std::optional<std::uint64_t> core_size{};
    /// The nice value, -20 to 19, of all the worker's threads; default: that of main's thread. A lower
    /// one needs CAP_SYS_NICE. Where the
    /// kernel shares the CPUs between sessions first (autogroup, see sched(7)), it is also that of the worker's
    /// session; without root, the kernel accepts ten such changes per second and ignores the others.
    std::optional<int> nice{};
    /// The CPUs, by number from 0 to 8191, that the worker's threads may run on; default: those of main's thread. Each
    /// must exist and be usable.
    std::vector<unsigned> cpus{};

    friend bool operator==(const resource_limits&, const resource_limits&) = default;
};

} // namespace procpool
