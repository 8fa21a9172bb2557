// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "link/channel.hpp"
#include "os/control_group.hpp"
#include "os/spawn.hpp"

#include <procpool/fault.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace procpool::link {

/// How to start the workers of one pool.
struct launch_plan {
    std::string executable;               ///< Empty: this program.
    std::vector<std::string> environment; ///< "NAME=value" each.
    std::string directory;                ///< Empty: this process's.
    std::string name;                     ///< ps shows "name: worker 3".
    output out = output::inherit;         ///< Where the workers' stdout goes,
    output err = output::inherit;         ///< and their stderr.
    std::uint64_t max_result_bytes = 0;   ///< A worker that sends more is ended.
    bool is_confined = false;             ///< Its workers must not see what was shown to others.
    bool own_cgroup = false;
    std::vector<fault> faults{}; ///< Some of them of the start itself.
};

/// A started process, which is killed and reaped with this object unless somebody has taken its pidfd over.
struct unwatched : os::spawned {
    unwatched() = default;
    unwatched(unwatched&&) = default;
    unwatched& operator=(unwatched&&) = delete;
    ~unwatched();
};

/// A started worker process and the parent's ends of everything that leads to it.
struct launched {
    unwatched child;
    parent_ends ends;
    std::optional<std::uint64_t> oom_kills; ///< os::oom_kills() before the start.
    std::optional<os::control_group> cgroup;
};

/// How many descriptors of the parent one worker needs, for the check against RLIMIT_NOFILE: the seven of its channel
/// and its lifeline, the pidfd and its copy, and one for each stream that goes through the pool.
constexpr std::size_t descriptors_per_worker(std::size_t streams) noexcept
{
    return 9 + streams;
}
/// And how many more are open for a moment while one starts.
constexpr std::size_t descriptors_while_starting(std::size_t streams) noexcept
{
    return 6 + 2 * streams;
}

/// Workers count from 1. The fork server is started as they are.
inline constexpr std::uint64_t fork_server_number = 0;

/// Starts worker `number`. Throws std::runtime_error with a sentence that says what failed and what to do.
launched launch(const launch_plan& plan, std::uint64_t number);

/// Why worker `number` could not be asked for: an errno of sendmsg(2).
std::string not_asked_for(std::uint64_t number, int error);

/// Makes the channel of worker `number`, and gives the fork server the worker's ends of it through that socket; it
/// forks the worker when it is asked to. Empty: as many descriptors are on their way, of all processes of this user, as
/// one of them may have open (ETOOMANYREFS), which passes. Throws as launch().
std::optional<launched> prepare_fork(const launch_plan& plan, std::uint64_t number, int socket);
/// The fork server has forked that worker. Throws as launch(), and then the worker is gone.
void adopt_forked(launched& worker, const launch_plan& plan, std::uint64_t number, pid_t pid);
/// Ends the prepared worker instead, if the fork server has forked it.
void end_forked(launched worker, pid_t pid) noexcept;
/// Says in words why a fork server could not fork a worker. `error`: the errno that it reported: EMFILE of recvmsg(2),
/// or one of clone(2).
std::string why_not_forked(int error);
/// What ps shows of a worker.
std::string title_of(const launch_plan& plan, std::uint64_t number);

} // namespace procpool::link
