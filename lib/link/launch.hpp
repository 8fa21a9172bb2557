// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/control_group.hpp"
#include "os/descriptor.hpp"
#include "os/shared_memory.hpp"
#include "os/spawn.hpp"

#include <procpool/fault.hpp>
#include <procpool/output.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace procpool::link {

/// How to start the workers of one pool.
struct launch_plan {
    std::string executable;               ///< Empty: this program.
    std::vector<std::string> environment; ///< Changes to this process's: "NAME=value" sets, "NAME" removes.
    std::string directory;                ///< Empty: this process's.
    std::string name;                     ///< ps shows "name: worker 3".
    output out = output::inherit;         ///< Where the workers' stdout goes,
    output err = output::inherit;         ///< and their stderr.
    std::uint64_t max_result_bytes = 0;   ///< A worker that sends more is ended.
    bool is_confined = false;             ///< Its workers must not see what was shown to others.
    bool own_cgroup = false;
    std::vector<fault> faults{}; ///< Some of them of the start itself.
};

/// A started worker process and the parent's ends of everything that leads to it.
struct launched {
    os::spawned child;
    os::descriptor tasks;      ///< Write end.
    os::descriptor tasks_kept; ///< Its read end: kept, so that a write to a dead worker is never SIGPIPE. It shares its
                               ///< open file description with the worker's: never make it non-blocking.
    os::descriptor answers;    ///< Read end.
    os::descriptor lifeline;   ///< Write end; nobody else has one. Never written to.
    os::descriptor out;        ///< Read end, if stdout goes through this process; likewise
    os::descriptor err;        ///< stderr.
    os::descriptor memory;     ///< A socket for the descriptors of memory with big payloads.
    std::uint64_t nonce = 0;   ///< That of its page, of which the worker could change its own copy.
    os::mapping page;
    std::optional<std::uint64_t> oom_kills; ///< os::oom_kills() before the start.
    std::optional<os::control_group> cgroup;
};

/// Whether the pool reads what a worker writes to such a stream.
constexpr bool goes_through_pool(output where) noexcept
{
    return where == output::relay || where == output::capture;
}

/// How many descriptors of the parent one worker needs, for the check against RLIMIT_NOFILE: the six of its channel
/// and its lifeline, the pidfd and its copy, and one for each stream that goes through the pool.
constexpr std::size_t descriptors_per_worker(std::size_t streams) noexcept
{
    return 8 + streams;
}
/// And how many more are open for a moment while one starts.
constexpr std::size_t descriptors_while_starting(std::size_t streams) noexcept
{
    return 6 + 2 * streams;
}

/// Starts worker `number`. Throws std::runtime_error with a sentence that says what failed and what to do.
launched launch(const launch_plan& plan, std::uint64_t number);

} // namespace procpool::link
