// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>
#include <procpool/output.hpp>
#include <procpool/resource_limits.hpp>
#include <procpool/sandbox.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace procpool {

/// How a process is set up. An aggregate with defaults: `{.name = "reader", .daemon = true}`.
struct process_options {
    /// What this_process::name() is there, what errors call it, and what ps shows behind the program's name. Default:
    /// process-1, process-2, ..., counted in the order in which this program makes them.
    std::string name{};
    /// Whether it is terminated, and not waited for, when its object is destroyed and when this program ends normally.
    /// Other than in Python a daemon may start processes: they cannot be left behind, because they end with it.
    bool daemon = false;
    /// Changes to the environment that this process has at the start: a value sets the variable, no value removes it.
    /// Names must not be empty or contain '='.
    std::map<std::string, std::optional<std::string>> env{};
    /// The working directory; empty: this process's at the time of the start.
    std::filesystem::path cwd{};
    /// Where its stdout and stderr go: output::inherit or output::discard. stdin is /dev/null.
    output stdout_to = output::inherit;
    output stderr_to = output::inherit;
    /// What it may use at most. start() has returned when these are set: where they, or the sandbox, cannot be, the
    /// process prints why to stderr and ends with exit code 1, without calling the function.
    resource_limits limits{};
    /// What its function is kept from.
    sandbox_options sandbox{};
};

/// Throws boost::system::system_error with errc::invalid_option and a sentence that names the field, when an option is
/// outside its range. The constructor of process calls it.
PROCPOOL_DECL void validate(const process_options& options);

} // namespace procpool
