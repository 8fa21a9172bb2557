// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace procpool::os {

/// Where the kernel shows control groups; a test shows its own.
struct cgroup_files {
    std::filesystem::path groups = "/proc/self/cgroup"; ///< The groups of this process.
    std::filesystem::path mount = "/sys/fs/cgroup";     ///< The tree of groups (v1: of the trees, one a controller).
};

/// A line of /proc/self/cgroup: "hierarchy:controllers:group".
struct cgroup_line {
    std::string_view controllers; ///< Separated by commas; v2 has none.
    std::string_view group;       ///< May contain colons and blanks.
};

std::optional<cgroup_line> parse_cgroup_line(std::string_view line) noexcept;

/// The number of CPUs that a quota text allows: "quota period" in microseconds, as in v2's cpu.max. Empty when there is
/// no limit ("max", or v1's -1) or when the text makes no sense.
std::optional<double> parse_quota(std::string_view text);

/// The tightest CPU quota of the groups of this process and all groups above them, v2 or v1; empty when there is none.
std::optional<double> cpu_quota(const cgroup_files& files = {});

} // namespace procpool::os
