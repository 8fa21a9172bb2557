// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

namespace procpool::os {

/// Gives the calling thread the CPUs, the scheduling policy and the nice value of the main thread of another process,
/// as far as the kernel lets it: only root may lower a nice value, or take a real-time policy. A main thread whose
/// policy ends at a fork (SCHED_RESET_ON_FORK) gives SCHED_OTHER. Does nothing when there is no such process.
void schedule_as(pid_t process) noexcept;

} // namespace procpool::os
