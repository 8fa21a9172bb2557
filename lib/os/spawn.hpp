// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/descriptor.hpp"
#include "os/system_error.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <sys/types.h>
#include <vector>

namespace procpool::os {

/// What a new process gets, exactly: nothing else of the parent's is open, blocked, ignored or set in it.
struct spawn_request {
    /// A path, relative to the parent's directory; "/proc/self/exe" is this very program, also after its file was
    /// replaced.
    std::string executable;
    std::vector<std::string> arguments;   ///< argv, including argv[0].
    std::vector<std::string> environment; ///< "NAME=value" each.
    std::string directory;                ///< The working directory; empty: the parent's.
    std::span<const int> descriptors;     ///< descriptors[i] becomes number first_descriptor + i.
    /// Below it are stdin (/dev/null), stdout and stderr.
    static constexpr int first_descriptor = 3;
    /// What becomes stdout and stderr: a descriptor, or one of these.
    int out = inherited;
    int err = inherited;
    static constexpr int inherited = -1; ///< The parent's, or /dev/null where it has none.
    static constexpr int discarded = -2; ///< /dev/null.
};

/// A started child. If it has ended already and the host has reaped it, the functions of os/child.hpp say so: its
/// status was discarded.
struct spawned {
    pid_t pid = -1;
    descriptor pidfd;
};

/// Starts a process by posix_spawn: empty signal mask, default dispositions, a session of its own, the
/// descriptors of the request and no others. Returns the call that failed, with the error of its step (ENOENT, EACCES,
/// EMFILE, ...); then no process and no descriptor is left behind. The same error may come from the program and from the directory:
/// who words it checks which of the two paths it is. A process that has run is never an error, even if the host ignores
/// SIGCHLD, or reaps all children, and the process has ended before this returns. Safe in a multi-threaded program:
/// nothing of ours runs between fork and exec.
failed_call spawn(const spawn_request& request, spawned& child);

/// Says in words why spawn() or a fork has failed: by which call, and what to do when the limit of processes is reached
/// or the system does not know the call.
std::string why_not_started(const failed_call& what);

/// Takes over a process that is said to be a child of this one. The error is ESRCH when this process has no such child,
/// or has reaped it; otherwise that of pidfd_open(2), and the child runs on.
failed_call adopt(pid_t pid, spawned& child);

/// Kills a child and its process group, and waits until it has ended. Does nothing when this process has no such child.
void kill_and_reap(pid_t pid) noexcept;

/// This process's environment, "NAME=value" each. As getenv(3), not safe while another thread changes it.
std::vector<std::string> environment();

/// An environment with changes applied: "NAME=value" sets, "NAME" alone removes.
std::vector<std::string> with_changes(std::vector<std::string> environment, std::span<const std::string> changes);

} // namespace procpool::os
