// SPDX-License-Identifier: BSL-1.0
#include "link/live_groups.hpp"

#include "os/child.hpp"

namespace procpool::link {

void live_groups::add(const os::child_group& group)
{
    const std::scoped_lock lock(mutex_);
    groups_.emplace(group.leader, member{group});
}

live_groups::ending live_groups::remove(pid_t leader)
{
    const std::scoped_lock lock(mutex_);
    const auto removed = groups_.extract(leader);
    return removed ? removed.mapped().how : ending();
}

void live_groups::kill_all() noexcept
{
    const std::scoped_lock lock(mutex_);
    for (auto& [leader, each] : groups_) {
        each.how.is_killed = !os::was_discarded(each.group.pidfd);
        each.how.through_lifeline = !os::kill(each.group);
    }
}

} // namespace procpool::link
