// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "search.hpp"

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace procgrep {

/// What the command line says.
struct options {
    query what;
    std::vector<std::string> paths;
    bool recursive = false;
    bool help = false;
    bool in_process = false;                  ///< Search without a pool: a crash ends the program.
    bool crash_reports = false;               ///< Print the report of each crash.
    std::size_t workers = 0;                  ///< As many as there are CPUs, unless -j says otherwise.
    std::chrono::milliseconds timeout{5'000}; ///< For one file.
};

/// A command line that cannot be understood; what() says how to write it.
struct usage_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What --help prints.
extern const char* const usage;

/// Reads the command line. Throws usage_error.
options parse(int argc, char** argv);

} // namespace procgrep
