// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace procpool {

/// What the worker processes get. Everything else is fixed: stdin is /dev/null, stdout and stderr are this process's,
/// nothing else of this process is open, blocked or ignored in a worker.
struct worker_options {
    /// Changes to this process's environment: a value sets the variable, no value removes it. Names must not be empty
    /// or contain '='.
    std::map<std::string, std::optional<std::string>> env{};
    /// The working directory; empty: this process's at the time of each start. Must exist when a worker starts.
    std::filesystem::path cwd{};
};

} // namespace procpool
