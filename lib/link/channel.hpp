// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/pipe.hpp"
#include "os/shared_memory.hpp"

#include <procpool/output.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace procpool::link {

/// Whether the pool reads what a worker writes to such a stream.
constexpr bool goes_through_pool(output where) noexcept
{
    return where == output::relay || where == output::capture;
}

/// The parent's ends of everything that leads to a worker.
struct parent_ends {
    os::descriptor tasks;      ///< Write end.
    os::descriptor tasks_kept; ///< Its read end: kept, so that a write to a dead worker is never SIGPIPE. It shares its
                               ///< open file description with the worker's: never make it non-blocking.
    os::descriptor answers;    ///< Read end.
    os::pipe_ends lifeline;    ///< No other process has a write end. The read end is kept to kill what a dead
                               ///< worker left.
    os::descriptor out;        ///< Read end, if stdout goes through this process; likewise
    os::descriptor err;        ///< stderr.
    os::descriptor memory;     ///< A socket for the descriptors of memory with big payloads.
    std::uint64_t nonce = 0;   ///< That of its page, of which the worker could change its own copy.
    os::mapping page;
};

/// The worker's own ends, but for the read ends of its tasks and its lifeline. To be closed here when the worker has
/// them.
struct worker_ends {
    os::descriptor answers;
    os::descriptor page;
    os::descriptor memory;
    os::descriptor out; ///< Empty where the stream does not go through the pool.
    os::descriptor err;
};

struct channel {
    parent_ends parent;
    worker_ends worker;

    /// What the worker gets, in the order of wire/worker_start.hpp.
    std::array<int, 5> for_worker() const noexcept;
};

/// Returns an environment with the variable by which a worker recognizes itself.
std::vector<std::string> environment_of_worker(std::vector<std::string> environment, std::uint64_t nonce);

/// Throws std::system_error.
channel make_channel(output out, output err);

} // namespace procpool::link
