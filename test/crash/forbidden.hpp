// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <string>

namespace procpool::test {

/// Something that a sandbox may forbid, for tasks to try: `attempt` gets a directory that has a file "file" and an
/// empty directory "directory", and returns the errno, 0 when it succeeded.
struct forbidden_thing {
    const char* name;
    int (*attempt)(const std::string& directory);
    bool reads_only; ///< The profile `readonly` allows it.
};

std::span<const forbidden_thing> forbidden_things();

/// A task: tries the one with that index.
int attempt(std::size_t index, const std::string& directory);

} // namespace procpool::test
