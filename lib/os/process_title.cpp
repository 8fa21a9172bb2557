// SPDX-License-Identifier: BSL-1.0
#include "os/process_title.hpp"

#include "os/kernel_text.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <sys/auxv.h>

namespace procpool::os {

namespace {

/// Fields of /proc/self/stat, proc(5): where the kernel reads the command line.
constexpr int arg_start = 48;
constexpr int first_behind_name = 3;

/// The kernel puts the arguments between these two onto the stack of a new program. Anything else would not be theirs
/// to overwrite.
bool is_among_arguments(const address_range& found) noexcept
{
    return ::getauxval(AT_RANDOM) < found.begin && found.begin < found.end && found.end <= ::getauxval(AT_EXECFN);
}

std::span<char> find_arguments()
{
    const auto found = command_line_in(contents_of("/proc/self/stat"));
    if (!is_among_arguments(found))
        return {};
    return {reinterpret_cast<char*>(found.begin), found.end - found.begin};
}

std::span<char> arguments() noexcept
{
    static const std::span<char> memory = find_arguments();
    return memory;
}

} // namespace

address_range command_line_in(std::string_view stat) noexcept
{
    stat = stat.substr(stat.rfind(')') + 1); // npos + 1 is 0
    for (int field = first_behind_name; field != arg_start; ++field)
        take_word(stat);
    const auto begin = number_in<std::uintptr_t>(take_word(stat));
    const auto end = number_in<std::uintptr_t>(take_word(stat));
    return begin && end ? address_range{*begin, *end} : address_range{};
}

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
