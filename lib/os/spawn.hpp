// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/descriptor.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <sys/types.h>
#include <system_error>
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

/// A started child: nobody has waited for it yet.
struct spawned {
    pid_t pid = -1;
    descriptor pidfd;
};

/// Starts a process by posix_spawn: empty signal mask, default dispositions, a process group of its own, the
/// descriptors of the request and no others. The error is that of the step that failed (ENOENT, EACCES, EMFILE, ...);
/// then no process and no descriptor is left behind. The same error may come from the program and from the directory:
/// who words it checks which of the two paths it is. ESRCH: it ended at once, in a host that ignores SIGCHLD. Safe in a
/// multi-threaded program: nothing of ours runs between fork and exec.
std::error_code spawn(const spawn_request& request, spawned& child);

/// Says in words why spawn() or a fork has failed and, when the limit of processes is reached, what to do.
std::string why_not_started(std::error_code error);

/// Takes over a process that is said to be a child of this one, and that nobody has waited for. The error is ESRCH when
/// it is none, or has ended in a host that ignores SIGCHLD; else that of pidfd_open(2), and then the child is gone.
std::error_code adopt(pid_t pid, spawned& child);

/// This process's environment with changes applied: "NAME=value" sets, "NAME" alone removes. As getenv(3), not safe
/// while another thread changes the environment.
std::vector<std::string> environment_with(std::span<const std::string> changes);

} // namespace procpool::os
