// SPDX-License-Identifier: BSL-1.0
#include "pool/task_report.hpp"

#include <procpool/detail/trampoline.hpp>

#include <algorithm>

namespace procpool::detail {
namespace {

std::string registered_name(std::span<const std::byte> call)
{
    decoder from(call);
    return read_code(from).module == named_module ? from.get<std::string>() : std::string();
}

} // namespace

std::string given_name(const scheduled_operation& task)
{
    return task.own_limits ? task.own_limits->name : std::string();
}

std::string name_of(const scheduled_operation& task)
{
    auto given = given_name(task);
    return given.empty() ? registered_name(task.call()) : given;
}

crash_report report_of(const link::link& worker, const scheduled_operation& task, schedule::time_point now)
{
    crash_report report = worker.report();
    report.task = task.id;
    report.task_name = name_of(task);
    report.attempt = task.attempt;
    if (const auto started = worker.started(task.slot)) // by the worker's word
        report.run_time = now - std::clamp(*started, std::min(task.sent_at, now), now);
    return report;
}

} // namespace procpool::detail
