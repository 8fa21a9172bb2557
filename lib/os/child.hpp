// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/flag.hpp"

#include <csignal>
#include <optional>
#include <sys/types.h>

namespace procpool::os {

/// How a child ended, as waitid(2) tells it.
struct child_exit {
    bool by_signal = false;
    int number = 0; ///< exit code or signal number
    bool core_dumped = false;
    long max_rss_kib = 0; ///< Not below the parent's at the start: the kernel counts from the fork, not from the exec.
    long user_us = 0;     ///< Its own time and that of its reaped children.
    long system_us = 0;
};

/// The status of an ended child without reaping it (waitid with P_PIDFD, WEXITED|WNOWAIT|WNOHANG). Empty when it still
/// runs, or when the host ignores SIGCHLD and the kernel has discarded it: see `was_discarded`.
std::optional<child_exit> peek_exit(int pidfd) noexcept;

/// Whether the child behind pidfd is gone without leaving a status.
bool was_discarded(int pidfd) noexcept;

/// Whether the child has ended, and can be reaped or is gone. Never blocks.
bool has_ended(int pidfd) noexcept;

/// Whether the child is a zombie that somebody traces (a debugger, LeakSanitizer): its pidfd is readable, but it has
/// not ended for its parent until the tracer lets go of it. Never blocks.
bool is_held_by_tracer(int pidfd) noexcept;

/// Blocks until the child has ended. For the destruction of a context that will never run again.
void wait_until_ended(int pidfd) noexcept;

/// The same, but not beyond that time; false when it has not ended by then.
bool wait_until_ended(int pidfd, deadline until) noexcept;

/// Sends a signal to the process behind pidfd; false when it is gone.
bool send_signal(int pidfd, int signal) noexcept;

/// Sends a signal, by default SIGKILL, to a whole process group. Only while its leader is not reaped: until then nobody
/// else can have that number. Does nothing for 1 and below, which kill(2) would take for "every process".
void kill_group(pid_t leader, int signal = SIGKILL) noexcept;

/// Reaps a child by its pidfd, after waiting for its end. For a child that was never handed to Boost.Process.
void reap(int pidfd) noexcept;

} // namespace procpool::os
