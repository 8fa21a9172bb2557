// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <vector>

/// The /proc folders of this process's children.
std::vector<std::filesystem::path> children();

/// The mean proportional set size (smaps_rollup, proc(5)) of this process's children, of which there must be so many,
/// in KiB.
double mean_pss_of_children(std::size_t expected);
