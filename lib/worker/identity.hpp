// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/shared_memory.hpp"

#include <optional>

namespace procpool::worker {

/// The control page, if a pool started this process as its worker. Both the environment and the descriptor must say so,
/// and agree on the nonce: a program that a task starts inherits the one, a forked child the other, and neither is a
/// worker.
std::optional<os::mapping> find_control_page();

} // namespace procpool::worker
