// SPDX-License-Identifier: BSL-1.0
#include "os/cgroup.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string>

namespace procpool::os {

namespace {

namespace fs = std::filesystem;
using quota = std::optional<double>;

quota tighter(quota a, quota b)
{
    return a && b ? std::min(a, b) : std::max(a, b); // an empty optional is less than any value
}

std::string first_line(const fs::path& file)
{
    std::ifstream stream(file);
    std::string line;
    std::getline(stream, line);
    return line;
}

quota quota_v2(const fs::path& group)
{
    return parse_quota(first_line(group / "cpu.max"));
}

quota quota_v1(const fs::path& group)
{
    return parse_quota(first_line(group / "cpu.cfs_quota_us") + ' ' + first_line(group / "cpu.cfs_period_us"));
}

/// Asks each group from the process's own up to the root of the tree. In a container whose tree starts further down,
/// the lower ones do not exist here and the root is the container's own group.
quota tightest(const fs::path& root, fs::path group, quota (*quota_of)(const fs::path&))
{
    quota least;
    for (; group.has_relative_path(); group = group.parent_path())
        least = tighter(least, quota_of(root / group.relative_path()));
    return tighter(least, quota_of(root));
}

bool names_cpu(const std::string& controllers)
{
    return (',' + controllers + ',').find(",cpu,") != std::string::npos;
}

/// A line of /proc/self/cgroup: "hierarchy:controllers:group"; v2 has no controllers.
quota quota_of_line(const std::string& line, const fs::path& mount)
{
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos)
        return std::nullopt;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path group = line.substr(second + 1);
    if (controllers.empty())
        return tightest(mount, group, quota_v2);
    return names_cpu(controllers) ? tightest(mount / "cpu", group, quota_v1) : std::nullopt;
}

} // namespace

quota parse_quota(std::string_view text)
{
    long long limit = 0;
    long long period = 0;
    const char* end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, limit);
    if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ' ')
        return std::nullopt;
    const auto second = std::from_chars(first.ptr + 1, end, period);
    if (second.ec != std::errc{} || limit <= 0 || period <= 0)
        return std::nullopt;
    return static_cast<double>(limit) / static_cast<double>(period);
}

quota cpu_quota(const cgroup_files& files)
{
    std::ifstream groups(files.groups);
    quota least;
    for (std::string line; std::getline(groups, line);)
        least = tighter(least, quota_of_line(line, files.mount));
    return least;
}

} // namespace procpool::os
