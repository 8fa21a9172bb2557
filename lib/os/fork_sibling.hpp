// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <cstdint>
#include <sys/types.h>

namespace procpool::os {

/// Forks this process, as fork(2), into one that is a child of this process's parent (clone(2), CLONE_PARENT). Returns
/// 0 there, -1 and errno when that failed, else the child's pid. `pid` has that number before the child or the caller
/// goes on: if it lies in memory that is shared with the parent, the parent knows the child even if the caller is
/// killed in this very call.
/// In the child, unlike after fork(3), no handler of pthread_atfork() has run. For a process with a single thread: what
/// another one has locked would stay so.
pid_t fork_sibling(std::atomic<std::int32_t>& pid) noexcept;

/// Whether fork_sibling() can be called: it needs a kernel that tells where the C library keeps the thread's number
/// (CONFIG_CHECKPOINT_RESTORE, which all distributions set).
bool can_fork_sibling() noexcept;

} // namespace procpool::os
