// SPDX-License-Identifier: BSL-1.0
#include "os/cgroup.hpp"

#include "os/kernel_text.hpp"

#include <algorithm>
#include <charconv>
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
    const std::string text = contents_of(file);
    std::string_view rest = text;
    return std::string(take_line(rest));
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

bool names_cpu(std::string_view controllers)
{
    return (',' + std::string(controllers) + ',').find(",cpu,") != std::string::npos;
}

quota quota_of(const cgroup_line& line, const fs::path& mount)
{
    if (line.controllers.empty())
        return tightest(mount, line.group, quota_v2);
    return names_cpu(line.controllers) ? tightest(mount / "cpu", line.group, quota_v1) : std::nullopt;
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

std::optional<cgroup_line> parse_cgroup_line(std::string_view line) noexcept
{
    const auto first = line.find(':');
    const auto second = first == line.npos ? first : line.find(':', first + 1);
    if (second == line.npos)
        return std::nullopt;
    return cgroup_line{line.substr(first + 1, second - first - 1), line.substr(second + 1)};
}

quota cpu_quota(const cgroup_files& files)
{
    const std::string groups = contents_of(files.groups);
    quota least;
    for (std::string_view rest = groups; !rest.empty();)
        if (const auto line = parse_cgroup_line(take_line(rest)))
            least = tighter(least, quota_of(*line, files.mount));
    return least;
}

} // namespace procpool::os
