// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace limit {

/// argv[0] of a worker.
inline constexpr const char* worker_name = "limit: worker";

/// In a worker: answers frames from standard input on standard output until the pool is gone, then exits.
/// Elsewhere: returns at once. Call it first in main.
void run_if_worker(const char* name);

} // namespace limit
