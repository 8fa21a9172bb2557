// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "link/link.hpp"
#include "pool/scheduled_operation.hpp"

#include <procpool/crash_report.hpp>

namespace procpool::detail {

/// What errors and reports call a task beside its number: the name that it was submitted with, or that of the named
/// task. Until it is settled.
std::string name_of(const scheduled_operation& task);
/// submit_options::name alone; also when the task is settled.
std::string given_name(const scheduled_operation& task);

/// What is known about the end of a worker, and about the task that it ran.
crash_report report_of(const link::link& worker, const scheduled_operation& task, schedule::time_point now);

} // namespace procpool::detail
