// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/cgroup.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>

namespace procpool::os {

/// The file with a line "oom_kill NUMBER" that says most exactly how often the kernel has killed for want of memory
/// where this process lives: that of its control group (v2 memory.events, v1 memory.oom_control), else the machine's.
std::filesystem::path oom_kill_file(const cgroup_files& files = {});

/// The number in such a file; empty when it is not there.
std::optional<std::uint64_t> oom_kills_in(const std::filesystem::path& file);

/// How often the kernel has killed for want of memory where this process lives, or lived when this was first called.
std::optional<std::uint64_t> oom_kills();

} // namespace procpool::os
