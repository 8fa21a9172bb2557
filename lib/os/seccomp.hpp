// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/sandbox.hpp>

namespace procpool::os {

/// Whether this kernel filters system calls, and this build can tell it how.
bool has_seccomp() noexcept;

/// Restricts all threads of this process, for good, to the calls of a profile other than `all`: those of
/// seccomp_calls.hpp. Sets no_new_privs. Throws std::runtime_error with a sentence.
void restrict_by_seccomp(syscall_profile profile);

} // namespace procpool::os
