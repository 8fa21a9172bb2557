// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/seccomp_calls.hpp"

#include <procpool/resource_limits.hpp>
#include <procpool/sandbox.hpp>

namespace procpool::worker {

/// Sets this process's limits and closes its sandbox, on all threads and for good. Under a profile the channel cannot be
/// closed from then on. Throws std::runtime_error with a sentence when something that was asked for cannot be had.
void confine(const resource_limits& limits, const sandbox_options& sandbox, const os::worker_descriptors& channel);

} // namespace procpool::worker
