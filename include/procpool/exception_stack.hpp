// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/crash_report.hpp>
#include <procpool/detail/config.hpp>

#include <exception>
#include <string>
#include <vector>

namespace procpool {

/// Returns the stack of the `throw` whose exception left a task, innermost frame first, at most 64 frames: from the
/// throwing function to the call of the task. Without worker_options::exception_stacks it is
/// empty.
///
/// The stack belongs to the exception object that was caught: `throw;` keeps it, `throw error;` makes a new object
/// without one. It is also empty
///   - for what no worker threw: the pool's own errors, and tasks of start_method::inline_;
///   - for the exceptions that are nested in the one that left the task;
///   - for a registered type that is `final`.
///
/// A task's function that catches an exception and throws it on, with `throw;` or std::rethrow_exception(), is the
/// place that the stack shows. The names of functions are found by symbolized().
///
/// @par Thread safety  Safe.
PROCPOOL_DECL std::vector<stack_frame> stack_of(const std::exception& caught);
/// Returns the stack of an exception that is held by a pointer. Empty for null and for what is no std::exception.
PROCPOOL_DECL std::vector<stack_frame> stack_of(const std::exception_ptr& failure);

/// Returns a stack with the names of functions, files and lines, as crash_report::symbolized() does.
///
/// @par Blocks         while it reads debug information, which may take seconds, 20 at most: not for the thread of an
///                     event loop.
/// @par Thread safety  Safe.
PROCPOOL_DECL std::vector<stack_frame> symbolized(const std::vector<stack_frame>& stack);

/// Returns a line for each frame, as in crash_report::str(), each ended by a newline.
PROCPOOL_DECL std::string to_string(const std::vector<stack_frame>& stack);

} // namespace procpool
