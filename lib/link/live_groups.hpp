// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <map>
#include <mutex>
#include <sys/types.h>

namespace procpool::link {

/// The process groups of a pool's workers that are not reaped yet. Lets any thread kill them all at once, without
/// waiting for the pool's engine, and never one whose number has been given to somebody else: a group leaves before its
/// leader is reaped, under the same lock. Thread-safe.
class live_groups {
public:
    /// The pidfd stays the caller's, and open until remove.
    void add(pid_t leader, int pidfd);
    void remove(pid_t leader);
    /// SIGKILL to every group, but for those whose leader the kernel has discarded (the host ignores SIGCHLD).
    void kill_all() noexcept;

private:
    std::mutex mutex_;
    std::map<pid_t, int> pidfd_of_leader_;
};

} // namespace procpool::link
