// SPDX-License-Identifier: BSL-1.0
#include "os/oom_kills.hpp"

#include "leaky_singleton.hpp"
#include "os/kernel_text.hpp"

#include <string>
#include <string_view>

namespace procpool::os {
namespace {

namespace fs = std::filesystem;

/// In a container the tree may start further down: then its root is the container's own group.
fs::path in_group(const fs::path& root, const fs::path& group, const char* name)
{
    const fs::path own = root / group.relative_path() / name;
    return fs::exists(own) ? own : root / name;
}

fs::path file_of(const cgroup_line& line, const fs::path& mount)
{
    if (line.controllers == "memory")
        return in_group(mount / "memory", line.group, "memory.oom_control");
    return line.controllers.empty() ? in_group(mount, line.group, "memory.events") : fs::path();
}

struct own_file {
    fs::path path = oom_kill_file();
};

constinit leaky_singleton<own_file> the_file;

} // namespace

fs::path oom_kill_file(const cgroup_files& files)
{
    const std::string groups = contents_of(files.groups);
    for (std::string_view rest = groups; !rest.empty();)
        if (const auto line = parse_cgroup_line(take_line(rest)))
            if (auto file = file_of(*line, files.mount); oom_kills_in(file))
                return file;
    return "/proc/vmstat";
}

std::optional<std::uint64_t> oom_kills_in(const fs::path& file)
{
    const std::string text = contents_of(file);
    const auto kills = value_of(text, "oom_kill ");
    return kills ? number_in(*kills) : std::nullopt;
}

std::optional<std::uint64_t> oom_kills()
{
    return oom_kills_in(the_file.get().path);
}

} // namespace procpool::os
