// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace procpool::os {

/// A program to run for what it prints.
struct tool {
    std::vector<std::string> command;     ///< A name without a slash is looked for in PATH.
    std::vector<std::string> environment; ///< All of it, "NAME=value" each.
    std::chrono::steady_clock::time_point deadline;
    std::size_t most_bytes = 0;
};

/// What the program has written to stdout when it closed it, had written that much, or the deadline passed. Then it is
/// killed and reaped. Empty when it cannot be started. Blocks.
std::optional<std::string> output_of(const tool& run);

} // namespace procpool::os
