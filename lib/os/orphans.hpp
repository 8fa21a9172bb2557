// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

namespace procpool::os {

/// Whether processes below this one become its children when they lose their parent: whether this is process 1 or a
/// subreaper (PR_SET_CHILD_SUBREAPER).
bool gets_orphans() noexcept;

/// Reaps the processes of a killed group that have become children of this process. Does nothing in a process that gets
/// no orphans. The group's leader must be reaped. Never blocks: a thread waits for those that are still dying, and ends
/// with the last of them. No other child of this process is reaped.
void reap_orphans(pid_t group) noexcept;

} // namespace procpool::os
