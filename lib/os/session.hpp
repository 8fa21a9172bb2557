// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace procpool::os {

/// Makes the calling process the leader of a session and a process group of its own. Does nothing in a process that
/// leads a group already.
void lead_own_session() noexcept;

/// Gives the calling process's session, which must be new, the nice value of the calling thread. Where the kernel shares the CPUs between
/// sessions first (autogroup, see sched(7)), the nice value of a thread counts only inside its session. Without effect
/// on other kernels, and when the kernel refuses: it accepts ten changes per second from all unprivileged processes.
void apply_nice_to_session() noexcept;

/// Does so in a session that may have another nice value already.
void set_nice_of_session() noexcept;

} // namespace procpool::os
