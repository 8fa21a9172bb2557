// SPDX-License-Identifier: BSL-1.0
#include "os/oom_kills.hpp"

#include <fstream>
#include <string>

namespace procpool::os {
namespace {

namespace fs = std::filesystem;

/// In a container the tree may start further down: then its root is the container's own group.
fs::path in_group(const fs::path& root, const fs::path& group, const char* name)
{
    const fs::path own = root / group.relative_path() / name;
    return fs::exists(own) ? own : root / name;
}

/// A line of /proc/self/cgroup: "hierarchy:controllers:group"; v2 has no controllers.
fs::path file_of_line(const std::string& line, const fs::path& mount)
{
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos)
        return {};
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path group = line.substr(second + 1);
    if (controllers == "memory")
        return in_group(mount / "memory", group, "memory.oom_control");
    return controllers.empty() ? in_group(mount, group, "memory.events") : fs::path();
}

} // namespace

fs::path oom_kill_file(const cgroup_files& files)
{
    std::ifstream groups(files.groups);
    for (std::string line; std::getline(groups, line);)
        if (auto file = file_of_line(line, files.mount); oom_kills_in(file))
            return file;
    return "/proc/vmstat";
}

std::optional<std::uint64_t> oom_kills_in(const fs::path& file)
{
    std::ifstream lines(file);
    std::uint64_t value = 0;
    for (std::string name; lines >> name >> value;)
        if (name == "oom_kill")
            return value;
    return {};
}

std::optional<std::uint64_t> oom_kills()
{
    static const fs::path file = oom_kill_file();
    return oom_kills_in(file);
}

} // namespace procpool::os
