// SPDX-License-Identifier: BSL-1.0
#include "os/oom_kills.hpp"

#include "os/descriptor.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fcntl.h>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <unistd.h>

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

// Without a stream, which would take longer than all the rest that is done before a caller hears of a crash.
std::string_view beginning_of(const fs::path& file, std::span<char> into)
{
    const descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    std::size_t size = 0;
    for (ssize_t count = 1; count > 0; size += static_cast<std::size_t>(count))
        count = std::max<ssize_t>(::read(opened.get(), into.data() + size, into.size() - size), 0);
    return {into.data(), size};
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
    std::array<char, 16'384> bytes; // the longest such file has about 4,000
    const auto text = beginning_of(file, bytes);
    const auto found = text.starts_with("oom_kill ") ? 0 : text.find("\noom_kill ");
    if (found == text.npos)
        return {};
    const auto digits = text.substr(text.find(' ', found) + 1);
    std::uint64_t value = 0;
    const bool is_number = std::from_chars(digits.begin(), digits.end(), value).ec == std::errc();
    return is_number ? std::optional(value) : std::nullopt;
}

std::optional<std::uint64_t> oom_kills()
{
    static const fs::path file = oom_kill_file();
    return oom_kills_in(file);
}

} // namespace procpool::os
