// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

namespace procpool::os {

/// A child that leads a process group, as other functions signal it. Its descriptors are the owner's, who keeps them
/// open. The child must not be reaped yet.
struct child_group {
    pid_t leader = -1;
    int pidfd = -1;
    int lifeline = -1; ///< The write end of a pipe whose read end the child has armed.
};

/// Sends SIGKILL to the child and to its group. The lifeline takes the place of kill(2) where this process may not
/// signal the child, because it has changed its user since, and where the child's number may be in use again, because
/// the kernel or the host has reaped the child. Returns whether this process may signal the child.
bool kill(const child_group& group) noexcept;

/// Sends SIGTERM to the child and to its group. Where this process may not, kills them: nothing else ends them. Returns
/// as kill().
bool terminate(const child_group& group) noexcept;

/// Whether this process may signal the child behind pidfd, alive or ended.
bool may_signal(int pidfd) noexcept;

} // namespace procpool::os
