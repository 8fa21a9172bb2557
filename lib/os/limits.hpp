// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/resource_limits.hpp>

namespace procpool::os {

/// Sets what concerns threads, the nice value and the CPUs, for all of this process. Checks that address_space can hold
/// what is there. Needs /proc, so it comes before a sandbox that may close it. Throws std::runtime_error with a
/// sentence that names the option and says what to do.
void apply_thread_limits(const resource_limits& limits);

/// Sets the other limits, hard and soft, of this process. Throws in the same way.
void apply_limits(const resource_limits& limits);

} // namespace procpool::os
