// SPDX-License-Identifier: BSL-1.0
#include "os/symbols.hpp"

#include "os/program_output.hpp"

#include <charconv>
#include <sstream>

namespace procpool::os {
namespace {

constexpr std::size_t most_bytes = std::size_t{1024} * 1024;

std::string hexadecimal(std::uint64_t number)
{
    std::ostringstream text;
    text << "0x" << std::hex << number;
    return text.str();
}

std::string_view take_line(std::string_view& text)
{
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

/// "file:line", perhaps with a remark behind it; "??" stands for what is not known.
void add_place(symbol& to, std::string_view place)
{
    const auto colon = place.rfind(':');
    if (place.starts_with("??") || colon == std::string_view::npos)
        return;
    to.file = place.substr(0, colon);
    std::from_chars(place.data() + colon + 1, place.data() + place.size(), to.line);
}

} // namespace

symbols parse_symbols(std::string_view printed)
{
    symbols all;
    while (!printed.empty()) {
        const auto line = take_line(printed);
        if (line.starts_with("0x")) {
            all.emplace_back();
        } else if (!all.empty()) {
            symbol next;
            if (line != "??")
                next.function = line;
            add_place(next, take_line(printed));
            all.back().push_back(std::move(next));
        }
    }
    return all;
}

symbols symbols_in(const std::string& module, const std::vector<std::uint64_t>& offsets,
                   std::chrono::steady_clock::time_point until)
{
    tool run{.command = {"addr2line", "-a", "-f", "-C", "-i", "-e", module},
             .environment = {"DEBUGINFOD_URLS"}, // it would ask the network
             .deadline = until,
             .most_bytes = most_bytes};
    for (const auto offset : offsets)
        run.command.push_back(hexadecimal(offset));
    return parse_symbols(output_of(run).value_or(""));
}

} // namespace procpool::os
