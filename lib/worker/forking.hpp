// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/shared_memory.hpp"
#include "wire/control_page.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace procpool::worker {

/// Makes workers that are forked from this process as good as others. Throws std::runtime_error with a sentence when
/// none can be.
void prepare_to_fork();

/// Forks a worker, for which the parent has sent a channel. In the worker: its control page; it has nothing else of
/// this process's own channel. Here: nothing, and `outcome` says how it went.
std::optional<os::mapping> fork_worker(wire::fork_outcome& outcome, std::uint64_t number, const std::string& title);

} // namespace procpool::worker
