// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/child_group.hpp"

#include <map>
#include <mutex>

namespace procpool::link {

/// The process groups of a pool's workers that are not reaped yet. Lets any thread kill them all at once, without
/// waiting for the pool's engine, and never one whose number has been given to somebody else: a group leaves before its
/// leader is reaped, under the same lock. Thread-safe.
class live_groups {
public:
    /// Its descriptors stay the caller's, and open until remove.
    void add(const os::child_group& group);
    /// What kill_all() has done to a group.
    struct ending {
        bool is_killed = false;
        bool through_lifeline = false; ///< This process may not signal it.
    };
    ending remove(pid_t leader);
    /// Kills every group, with its leader.
    void kill_all() noexcept;

private:
    struct member {
        os::child_group group;
        ending how{};
    };
    std::mutex mutex_;
    std::map<pid_t, member> groups_; // by their leaders
};

} // namespace procpool::link
