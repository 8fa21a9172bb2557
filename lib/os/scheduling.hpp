// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

namespace procpool::os {

/// Gives all threads of this process the CPUs, the scheduling policy and the nice value of the main thread of another
/// process, as fork(2) there would: with SCHED_RESET_ON_FORK, without a real-time policy and without a negative nice
/// value. What the kernel refuses stays as it is: a lower nice value and a real-time policy need CAP_SYS_NICE or a
/// resource limit. What is equal already is not set: a seccomp filter of the host may kill who calls
/// sched_setaffinity(2), and CPUs that were set do not grow with a cpuset. Does nothing when there is no such process.
void schedule_as(pid_t process) noexcept;

} // namespace procpool::os
