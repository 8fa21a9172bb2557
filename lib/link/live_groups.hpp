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
    /// Returns whether kill_all() has killed it.
    bool remove(pid_t leader);
    /// SIGKILL to every group, but for those whose leader the kernel has discarded (the host ignores SIGCHLD).
    void kill_all() noexcept;

private:
    struct group {
        int pidfd;
        bool is_killed = false;
    };
    std::mutex mutex_;
    std::map<pid_t, group> groups_; // by their leaders
};

} // namespace procpool::link
