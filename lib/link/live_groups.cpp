// SPDX-License-Identifier: BSL-1.0
#include "link/live_groups.hpp"

#include "os/child.hpp"

namespace procpool::link {

void live_groups::add(const os::child_group& group)
{
    const std::scoped_lock lock(mutex_);
    groups_.emplace(group.leader, member{group});
}

bool live_groups::remove(pid_t leader)
{
    const std::scoped_lock lock(mutex_);
    const auto removed = groups_.extract(leader);
    return removed && removed.mapped().is_killed;
}

void live_groups::kill_all() noexcept
{
    const std::scoped_lock lock(mutex_);
    for (auto& [leader, each] : groups_) {
        each.is_killed = !os::was_discarded(each.group.pidfd);
        os::kill(each.group);
    }
}

} // namespace procpool::link
