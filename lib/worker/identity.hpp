// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/shared_memory.hpp"

#include <optional>

namespace procpool::worker {

/// Returns the control page if a pool started this process as its worker: the environment and the descriptors say so,
/// and agree on the nonce. Returns nothing in every other program, also in one that a task starts with a variable that
/// it has from somewhere. Ends a process that was started as a worker and cannot be one, because the host's main must
/// not run in it: descriptors are closed, or the versions differ. Such a process says so on stderr.
std::optional<os::mapping> find_control_page();

} // namespace procpool::worker
