// SPDX-License-Identifier: BSL-1.0
#include "walk.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace procgrep {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t group_bytes = 64 * 1024;
constexpr std::size_t group_files = 32;

file describe(const fs::path& path)
{
    std::error_code ignored;
    const auto size = fs::file_size(path, ignored);
    return {path.string(), ignored ? 0 : size};
}

std::vector<fs::directory_entry> entries_of(const fs::path& directory, file_list& list)
{
    std::error_code error;
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error))
        entries.push_back(*it);
    if (error)
        list.errors.push_back(directory.string() + ": " + error.message());
    std::ranges::sort(entries);
    return entries;
}

void walk(const fs::path& directory, file_list& list)
{
    for (const auto& entry : entries_of(directory, list)) {
        std::error_code ignored;
        const auto type = entry.symlink_status(ignored).type();
        if (type == fs::file_type::directory)
            walk(entry.path(), list);
        else if (type == fs::file_type::regular)
            list.files.push_back(describe(entry.path()));
    }
}

} // namespace

file_list list_files(const std::vector<std::string>& paths, bool recursive)
{
    file_list list;
    for (const auto& path : paths) {
        std::error_code ignored;
        if (recursive && fs::is_directory(path, ignored))
            walk(path, list);
        else
            list.files.push_back(describe(path));
    }
    return list;
}

std::vector<std::span<const file>> group(std::span<const file> files)
{
    std::vector<std::span<const file>> groups;
    while (!files.empty()) {
        std::size_t count = 1;
        auto bytes = files[0].size;
        while (count < std::min(group_files, files.size()) && bytes + files[count].size <= group_bytes)
            bytes += files[count++].size;
        groups.push_back(files.first(count));
        files = files.subspan(count);
    }
    return groups;
}

} // namespace procgrep
