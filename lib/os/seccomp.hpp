// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/sandbox.hpp>

namespace procpool::os {

/// Whether this kernel filters system calls, and this build can tell it how.
bool has_seccomp() noexcept;

/// The descriptors of a worker's channel, and the one among them through which its end comes when its parent is gone.
struct worker_descriptors {
    int first;
    int last;
    int lifeline;
};

/// Restricts all threads of this process, for good, to the calls of a profile other than `all`: those of
/// seccomp_calls.hpp, and keeps them from what would harm the channel. Sets no_new_privs. Throws std::runtime_error with
/// a sentence.
void restrict_by_seccomp(syscall_profile profile, const worker_descriptors& reserved);

} // namespace procpool::os
