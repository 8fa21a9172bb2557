// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <optional>
#include <string>

namespace procpool {

/// How a process ended: by itself with a code, or by a signal. Keeps the two apart, as waitid(2) does:
/// "exit 9" and "killed by signal 9" are different values.
struct exit_status {
    /// The exit code, 0 to 255, when the process ended by itself.
    std::optional<int> code{};
    /// The number of the signal that ended it.
    std::optional<int> signal{};
    /// Whether the kernel wrote a core file.
    bool core_dumped = false;
    /// Whether there was no process: it was not started.
    bool never_started = false;

    /// "exited with status 3", "killed by SIGSEGV (core dumped)", "never started", or "ended with an unknown status"
    /// when a host that ignores SIGCHLD let the kernel discard it, or has reaped the process itself.
    PROCPOOL_DECL std::string str() const;

    friend bool operator==(const exit_status&, const exit_status&) = default;
};

} // namespace procpool
