// SPDX-License-Identifier: BSL-1.0
// Names for stacks: here because that needs processes and files.
#include "hexadecimal.hpp"
#include "os/build_id.hpp"
#include "os/symbols.hpp"
#include "os/this_process.hpp"

#include <procpool/exception_stack.hpp>

#include <algorithm>
#include <map>

namespace procpool {
namespace {

constexpr std::chrono::seconds most_time(20); // as documented

/// The file that has what was loaded: where the module came from, or, if it was replaced since, this very program as
/// the kernel keeps it. Empty: neither is the same build.
std::string file_of(const stack_frame& frame)
{
    for (const std::string& file : {frame.module, os::own_program()})
        if (detail::hexadecimal(os::build_id_of_file(file)) == frame.build_id)
            return file;
    return {};
}

/// The frame once for each function that was inlined at its place, and once for the one that contains them.
void add_named(std::vector<stack_frame>& to, stack_frame frame, const std::vector<os::symbol>& names)
{
    if (names.empty())
        to.push_back(frame);
    for (const auto& name : names) {
        frame.function = name.function;
        frame.file = name.file;
        frame.line = name.line;
        to.push_back(frame);
    }
}

using names_of_offset = std::map<std::uint64_t, std::vector<os::symbol>>;

/// The names of all frames of one module.
names_of_offset names_in(const std::string& file, const std::string& module, const std::vector<stack_frame>& stack,
                         std::chrono::steady_clock::time_point deadline)
{
    std::vector<std::uint64_t> offsets;
    for (const auto& frame : stack)
        if (frame.module == module)
            offsets.push_back(frame.offset);
    auto found = os::symbols_in(file, offsets, deadline);
    names_of_offset names;
    for (std::size_t i = 0; i != std::min(found.size(), offsets.size()); ++i)
        names[offsets[i]] = std::move(found[i]);
    return names;
}

} // namespace

std::vector<stack_frame> symbolized(const std::vector<stack_frame>& stack)
{
    const auto deadline = std::chrono::steady_clock::now() + most_time;
    std::map<std::string, names_of_offset> names;
    std::vector<stack_frame> named;
    for (stack_frame frame : stack) {
        const std::string file = frame.module.empty() ? "" : file_of(frame);
        frame.module_changed = !frame.module.empty() && file.empty();
        if (!file.empty() && !names.contains(frame.module))
            names[frame.module] = names_in(file, frame.module, stack, deadline);
        add_named(named, frame, names[frame.module][frame.offset]);
    }
    return named;
}

crash_report crash_report::symbolized() const
{
    crash_report named = *this;
    named.stack = procpool::symbolized(stack);
    return named;
}

} // namespace procpool
