// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "faults_of_worker.hpp"

namespace procpool::os {

/// While it lives, system calls that this thread makes through this folder fail where the faults say so.
class failing_calls {
public:
    explicit failing_calls(faults_of_worker& faults) noexcept;
    failing_calls(const failing_calls&) = delete;
    failing_calls& operator=(const failing_calls&) = delete;
    ~failing_calls();
};

/// Whether the next call of that kind on this thread is to fail instead of being made; errno is set then.
bool is_to_fail(fault_point call) noexcept;

} // namespace procpool::os
