// SPDX-License-Identifier: BSL-1.0
#include "report_stack.hpp"

#include "formatting.hpp"

#include <algorithm>
#include <array>

namespace procpool {
namespace {

/// "void std::__invoke_impl(...)" is a function of std::. The type of a result may stand before a name.
bool is_in(std::string_view function, const std::string& space)
{
    constexpr std::string_view deduced = "decltype(auto) ";
    if (function.starts_with(deduced))
        function.remove_prefix(deduced.size());
    const auto name = function.substr(0, function.find('('));
    return name.starts_with(space) || name.find(' ' + space) != name.npos;
}

bool is_of_a_library(const std::string& function)
{
    const auto plain = without_template_arguments(function);
    return std::ranges::any_of(std::array{"std::", "__gnu_cxx::", "boost::", "procpool::"},
                               [&](const char* space) { return is_in(plain, space); });
}

bool is_of_the_worker(const stack_frame& frame)
{
    return is_in(without_template_arguments(frame.function), "procpool::worker::");
}

std::string place_of(const stack_frame& frame)
{
    if (frame.module.empty())
        return "no module";
    return frame.module + "+" + hexadecimal(frame.offset) +
           (frame.module_changed ? " (the file has changed since)" : "");
}

} // namespace

// What the worker needs to call a task lies between: templates of procpool and of the standard library, and what was
// inlined into the worker's own function, which may have a name without its namespace.
std::size_t own_frames(const std::vector<stack_frame>& stack)
{
    const auto worker = std::ranges::find_if(stack, is_of_the_worker);
    auto own = static_cast<std::size_t>(worker - stack.begin());
    if (worker != stack.end())
        while (own > 1 && (is_of_a_library(stack[own - 1].function) || stack[own - 1].address == worker->address))
            --own;
    return own;
}

std::string line_of(const stack_frame& frame, bool is_short)
{
    std::string text = hexadecimal(frame.address) + " ";
    const bool is_shorter = is_short && is_of_a_library(frame.function);
    if (!frame.function.empty())
        text += (is_shorter ? without_template_arguments(frame.function) : frame.function) + " ";
    if (!frame.file.empty())
        text += "at " + frame.file + ":" + std::to_string(frame.line) + " ";
    if (is_short && !frame.file.empty())
        return text.substr(0, text.size() - 1);
    return text + "in " + place_of(frame);
}

} // namespace procpool
