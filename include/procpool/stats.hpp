// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <cstddef>
#include <cstdint>

namespace procpool {

/// A snapshot of a pool. Counts since construction are totals; the others are the state at one moment. An outcome
/// that anybody has seen is counted.
struct stats {
    std::size_t workers = 0;     ///< Worker processes that exist, starting and ending ones included.
    std::size_t ready = 0;       ///< Workers that can take tasks.
    std::size_t busy = 0;        ///< Ready workers that have at least one task.
    std::size_t waiting = 0;     ///< Tasks that have not been sent to a worker, those that wait for room included.
    std::size_t sent = 0;        ///< Tasks that were sent to a worker and have no answer yet.
    std::uint64_t submitted = 0; ///< Tasks that have joined the queue.
    std::uint64_t succeeded = 0; ///< Tasks that returned.
    std::uint64_t failed = 0;    ///< Tasks that threw, timed out, or lost their worker.
    std::uint64_t cancelled = 0; ///< Tasks that were cancelled, also by terminating the pool.
    std::uint64_t started_workers = 0; ///< Workers that became ready.
    /// Workers that ended after they had been ready, by themselves or by kill_workers().
    std::uint64_t crashed_workers = 0;
    /// Workers that the pool killed: for a cancelled or late task, because they were not ready in time, were stuck or
    /// did not leave, and by terminate() or terminate_workers().
    std::uint64_t killed_workers = 0;
    std::uint64_t recycled_workers = 0; ///< Workers that were exchanged: enough tasks, too old, too large.
    std::uint64_t retried = 0;          ///< Runs that did not end their tasks, because these have retries.
};

} // namespace procpool
