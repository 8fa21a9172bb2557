// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace procgrep {

/// A file to search. Its size only decides how files are grouped.
struct file {
    std::string path;
    std::uintmax_t size = 0;
};

/// The files that the command line names, and what went wrong in finding them.
struct file_list {
    std::vector<file> files;
    std::vector<std::string> errors;
};

/// Lists the paths in their order; with recursive, a directory is replaced by the regular files below it in path order.
/// As grep -r does, follows symbolic links only where they are named in paths. What cannot be read stays in the list:
/// the search says why.
file_list list_files(const std::vector<std::string>& paths, bool recursive);

/// Cuts the list into groups, one task each: a large file alone, small ones together, so that a task is worth its way.
std::vector<std::span<const file>> group(std::span<const file> files);

} // namespace procgrep
