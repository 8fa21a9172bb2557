// SPDX-License-Identifier: BSL-1.0
#include "os/symbols.hpp"

#include "formatting.hpp"
#include "os/kernel_text.hpp"
#include "os/program_output.hpp"

#include <algorithm>
#include <cstdlib>

namespace procpool::os {
namespace {

constexpr std::size_t most_bytes = std::size_t{1024} * 1024;

bool is_address(std::string_view line, std::uint64_t expected)
{
    return line.starts_with("0x") && number_in(line.substr(2), 16) == expected;
}

/// What was printed for each offset, behind the line that repeats it.
std::vector<std::string_view> sections_of(std::string_view printed, const std::vector<std::uint64_t>& offsets)
{
    std::vector<std::string_view> sections;
    while (!printed.empty()) {
        const std::size_t before = printed.size();
        const auto line = take_line(printed);
        if (sections.size() == offsets.size() || !is_address(line, offsets[sections.size()]))
            continue;
        if (!sections.empty())
            sections.back().remove_suffix(before);
        sections.push_back(printed);
    }
    return sections;
}

/// "file:line" or "file:?". addr2line may add " (discriminator 2)".
std::string_view without_remark(std::string_view place)
{
    return place.ends_with(')') ? place.substr(0, place.rfind(" (discriminator ")) : place;
}

bool ends_place(std::string_view line)
{
    line = without_remark(line);
    const auto colon = line.rfind(':');
    const auto number = line.substr(colon + 1);
    return colon != line.npos &&
           (number == "?" || (!number.empty() && number.find_first_not_of("0123456789") == number.npos));
}

/// The name of a file may have newlines.
std::string_view take_place(std::string_view& from)
{
    const auto all = from;
    while (!from.empty() && !ends_place(take_line(from))) {
    }
    const auto place = all.substr(0, all.size() - from.size());
    return place.substr(0, place.size() - (place.ends_with('\n') ? 1 : 0));
}

/// "??" stands for what is not known.
void add_place(symbol& to, std::string_view place)
{
    if (place == "??:0" || place == "??:?")
        return;
    place = without_remark(place);
    const auto colon = std::min(place.rfind(':'), place.size());
    to.file = place.substr(0, colon);
    place.remove_prefix(colon);
    to.line = place.empty() ? 0 : number_in(place.substr(1)).value_or(0);
}

std::vector<symbol> functions_in(std::string_view section)
{
    std::vector<symbol> all;
    while (!section.empty()) {
        symbol next;
        if (const auto name = take_line(section); name != "??")
            next.function = name;
        add_place(next, take_place(section));
        all.push_back(std::move(next));
    }
    return all;
}

/// What it needs and no more: with this process's own, it would answer in the user's language, and DEBUGINFOD_URLS would
/// make it ask the network.
std::vector<std::string> environment_of_addr2line()
{
    std::vector<std::string> entries{"LC_ALL=C"};
    for (const char* name : {"PATH", "LD_LIBRARY_PATH"})
        if (const char* value = ::secure_getenv(name))
            entries.push_back(std::string(name) + '=' + value);
    return entries;
}

} // namespace

symbols parse_symbols(std::string_view printed, const std::vector<std::uint64_t>& offsets)
{
    symbols all;
    for (const auto section : sections_of(printed, offsets))
        all.push_back(functions_in(section));
    return all;
}

symbols symbols_in(const std::string& module, const std::vector<std::uint64_t>& offsets,
                   std::chrono::steady_clock::time_point until)
{
    tool run{.command = {"addr2line", "-a", "-f", "-C", "-i", "-e", module},
             .environment = environment_of_addr2line(),
             .deadline = until,
             .most_bytes = most_bytes};
    for (const auto offset : offsets)
        run.command.push_back(hexadecimal(offset));
    return parse_symbols(output_of(run).value_or(""), offsets);
}

} // namespace procpool::os
