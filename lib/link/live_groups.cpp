// SPDX-License-Identifier: BSL-1.0
#include "link/live_groups.hpp"

#include "os/child.hpp"

namespace procpool::link {

void live_groups::add(pid_t leader, int pidfd)
{
    const std::scoped_lock lock(mutex_);
    pidfd_of_leader_.emplace(leader, pidfd);
}

void live_groups::remove(pid_t leader)
{
    const std::scoped_lock lock(mutex_);
    pidfd_of_leader_.erase(leader);
}

void live_groups::kill_all() noexcept
{
    const std::scoped_lock lock(mutex_);
    for (const auto& [leader, pidfd] : pidfd_of_leader_)
        if (!os::was_discarded(pidfd))
            os::kill_group(leader);
}

} // namespace procpool::link
