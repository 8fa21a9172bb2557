// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace procpool::worker {

/// Whether main has called run_if_worker(). Only then may a pool start this program again.
bool main_was_guarded() noexcept;

} // namespace procpool::worker
