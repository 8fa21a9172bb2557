// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/crash_report.hpp>

namespace procpool {

/// Returns how many of the innermost frames are the task's own. Behind them the worker calls the task. All of them when
/// the stack has no names.
std::size_t own_frames(const std::vector<stack_frame>& stack);

/// Returns the line of a frame in a report. The short form leaves out the module of a frame whose source is known, and
/// the template arguments of functions of libraries.
std::string line_of(const stack_frame& frame, bool is_short);

} // namespace procpool
