// SPDX-License-Identifier: BSL-1.0
#include "os/failing_calls.hpp"

#include <cerrno>

namespace procpool::os {
namespace {

thread_local faults_of_worker* active = nullptr;

} // namespace

failing_calls::failing_calls(faults_of_worker& faults) noexcept
{
    active = &faults;
}

failing_calls::~failing_calls()
{
    active = nullptr;
}

bool is_to_fail(fault_point call) noexcept
{
    const fault* const due = active ? active->reach(call) : nullptr;
    if (due)
        errno = due->error;
    return due != nullptr;
}

} // namespace procpool::os
