// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

namespace procpool::os {

/// The version of Landlock that this kernel offers; 0: none.
int landlock_version() noexcept;

/// The first versions that can do what it says.
inline constexpr int landlock_reading = 1; ///< Linux 5.13
inline constexpr int landlock_writing = 3; ///< Linux 6.2: before it, a file could be truncated by its path
inline constexpr int landlock_tcp = 4;     ///< Linux 6.7

/// What stays allowed. An absent list: no restriction of that kind.
struct landlock_rules {
    const std::optional<std::vector<std::filesystem::path>>& readable;
    const std::optional<std::vector<std::filesystem::path>>& writable;
    bool no_tcp = false;
};

/// Restricts all threads of this process, for good, as far as the kernel's version can. Whatever the rules, what other
/// processes have open, and their memory, is out of reach from then on; with other rules than no_tcp, so are signals to
/// them and their abstract Unix sockets, where the kernel has scopes in which threads can signal each other (6.15, and
/// mended versions from 6.12 on). Sets no_new_privs. Throws std::runtime_error with a sentence.
void restrict_by_landlock(const landlock_rules& rules);

/// Sets no_new_privs on all threads of this process. Throws in the same way.
void forbid_new_privileges();

} // namespace procpool::os
