// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/sandbox.hpp>

#include <cstdint>
#include <vector>

namespace procpool::os {

/// Whether this kernel filters system calls, and this build can tell it how.
bool has_seccomp() noexcept;

/// The mask of an argument that is an int: the kernel looks at no more of it.
inline constexpr std::uint64_t as_int = 0xffff'ffff;

/// A value that an argument has under a mask.
struct argument_value {
    unsigned argument;
    std::uint64_t value;
    std::uint64_t mask = as_int;
};

/// Fails with EPERM where all of the arguments are so.
struct refused_call {
    const char* name;
    std::vector<argument_value> arguments{};
    /// Its number, the same on all architectures, for a libseccomp that is older than the call. 0: every one knows it.
    int number = 0;
};

/// Both restrict all threads of this process, for good, set no_new_privs, and throw std::runtime_error with a sentence.
/// After a profile there can be no more of them, so that what is refused comes first; the kernel does what the stricter
/// one says.
void refuse_by_seccomp(const std::vector<refused_call>& calls);
/// To the calls of a profile other than `all`: those of seccomp_calls.hpp.
void restrict_by_seccomp(syscall_profile profile);

} // namespace procpool::os
