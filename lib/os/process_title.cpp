// SPDX-License-Identifier: BSL-1.0
#include "os/process_title.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <limits>
#include <span>

namespace procpool::os {

namespace {

/// Fields of /proc/self/stat, proc(5): where the kernel reads the command line.
constexpr int arg_start = 48;
constexpr int fields_with_name = 2; // the name may have spaces, and ends with ')'

std::span<char> find_arguments()
{
    std::ifstream stat("/proc/self/stat");
    stat.ignore(std::numeric_limits<std::streamsize>::max(), ')');
    std::string skipped;
    for (int field = fields_with_name + 1; field != arg_start; ++field)
        stat >> skipped;
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    if (!(stat >> begin >> end) || begin >= end)
        return {};
    return {reinterpret_cast<char*>(begin), end - begin};
}

std::span<char> arguments() noexcept
{
    static const std::span<char> memory = find_arguments();
    return memory;
}

} // namespace

void prepare_process_title() noexcept
{
    arguments();
}

// The last byte stays 0: otherwise the kernel would go on into the environment.
void set_process_title(const std::string& title) noexcept
{
    const auto memory = arguments();
    if (memory.empty())
        return;
    const std::size_t size = std::min(title.size(), memory.size() - 1);
    std::memcpy(memory.data(), title.data(), size);
    std::ranges::fill(memory.subspan(size), '\0');
}

} // namespace procpool::os
