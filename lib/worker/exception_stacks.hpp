// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/throw_stack.hpp"

#include <procpool/crash_report.hpp>

#include <vector>

namespace procpool::worker {

/// From now on the exceptions of tasks bring their stacks along.
void want_exception_stacks();
bool are_exception_stacks_wanted() noexcept;

/// Runs a part of a task. What it throws is what exception_stack() speaks of.
template <class Run>
void run_noting_throw(Run run)
{
    if (are_exception_stacks_wanted())
        os::call_noting_throw([](void* of) { (*static_cast<Run*>(of))(); }, &run);
    else
        run();
}

/// Returns where the exception that has left run_noting_throw() on this thread was thrown; empty when that is not
/// wanted, when nothing has left it, or when there is no memory for it.
std::vector<stack_frame> exception_stack() noexcept;

} // namespace procpool::worker
