// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <cstddef>
#include <string>
#include <sys/types.h>

namespace procpool {

/// What the calling process can ask about itself. From any thread.
namespace this_process {

/// Its process_options::name, in a pool's worker "worker-1" and so on, elsewhere "main-process".
PROCPOOL_DECL const std::string& name() noexcept;
/// Its process id.
PROCPOOL_DECL pid_t pid() noexcept;
/// That of its parent: of a process or a worker the one that has it, with containment::pid_namespace 1, the first
/// process of the namespace. 0 where that is outside of its pid namespace.
PROCPOOL_DECL pid_t parent_pid() noexcept;

} // namespace this_process

/// How many CPUs this process may use: those in the affinity mask of main's thread, which workers get, but not more than
/// the CPU quota of its control group, rounded up. At least 1. It is the default of pool_options::workers.
PROCPOOL_DECL std::size_t cpu_count();

} // namespace procpool
