// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/pipe.hpp"

#include <system_error>

namespace procpool::os {

/// A lifeline's pipe. Its read end has the lower number: when a process ends, Linux closes its descriptors from the
/// lowest number up, but releases what was open the other way round (since 4.3: its task work is a stack). So the read
/// end, which this process keeps too, is still armed when the write end goes, and the group of a worker that has ended
/// is killed by that. The write end does not block: who cuts it again and again never waits.
pipe_ends make_lifeline();

/// Arms the read end of a lifeline pipe: when the last write end is closed (the parent died, however), or something is
/// written to it, the kernel sends SIGKILL to the caller's process group. Needs no thread, no handler and no running
/// code here, and works while the process spins, is stopped, or blocks every signal. See fcntl(2): F_SETSIG,
/// F_SETOWN_EX, O_ASYNC. The caller must lead a group of its own, or it takes strangers with it. The flags live on the
/// open file description: one pipe for each worker. The error is std::errc::broken_pipe when the pipe was closed or
/// written to already.
std::error_code arm_lifeline(int read_end) noexcept;

/// Writes to a lifeline. The kernel sends SIGKILL with the rights of the process that armed the lifeline, and to the
/// group of that time, even if the group's number is in use again. If the lifeline is not armed yet, arming it fails.
/// As long as this process keeps the read end open too, the group can be killed after its leader has ended.
void cut_lifeline(int write_end) noexcept;

} // namespace procpool::os
