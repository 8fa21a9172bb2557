// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/descriptor.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace procpool::os {

/// Returns where cgroup v2 is mounted according to the text of /proc/self/mountinfo.
std::optional<std::filesystem::path> cgroup2_mount_in(std::string_view mountinfo);

/// Removes the empty control groups in a group that are called "procpool-..." and whose owners have ended: owners that
/// were killed leave theirs behind.
void remove_abandoned_groups(const std::filesystem::path& parent);

/// A control group (cgroup v2) below this process's own. Its members, and all that they start, can be killed together:
/// no process leaves it by itself. Move-only.
class control_group {
public:
    /// Makes it; the first time, removes those that others have abandoned. Throws std::runtime_error with a sentence.
    explicit control_group(const std::string& name);
    control_group(control_group&& other) noexcept;
    control_group& operator=(control_group&&) = delete;
    /// Kills all members, reaps those that have become children of this process, and removes the group. Waits for their
    /// end, but no longer than a second: one that hangs in the kernel leaves the group behind. So does a process that
    /// may no longer remove it, because it has changed its user since; the members are killed nevertheless.
    ~control_group();

    /// Moves a process into it. Throws in the same way.
    void add(pid_t process) const;
    /// Leaves the group as it is: it is another process's.
    void release() noexcept { path_.clear(); }
    const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
    descriptor lock_; // says to others that the owner lives
    descriptor kill_; // opened with the rights that made the group
};

} // namespace procpool::os
