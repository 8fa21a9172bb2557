// SPDX-License-Identifier: BSL-1.0
#include <procpool/crash_report.hpp>
#include <procpool/exception_stack.hpp>

#include <iomanip>
#include <sstream>

namespace procpool {
namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1024} * 1024;

std::string hexadecimal(std::uint64_t number)
{
    std::ostringstream text;
    text << "0x" << std::hex << number;
    return text.str();
}

std::string seconds(std::chrono::nanoseconds time)
{
    std::ostringstream text;
    text << std::setprecision(3) << std::chrono::duration<double>(time).count() << " s";
    return text.str();
}

/// "was killed by SIGSEGV at address 0x10", "exited with status 3".
std::string how_it_ended(const crash_report& report)
{
    std::string text = (report.status.signal ? "was " : "") + report.status.str();
    if (report.fault_address)
        text += " at address " + hexadecimal(*report.fault_address);
    if (report.out_of_memory)
        text += ", most likely by the kernel because memory had run out";
    return text;
}

/// " while it ran task 17 (thumbnail), attempt 2".
std::string what_it_ran(const crash_report& report)
{
    if (report.task == 0)
        return "";
    std::string text = " while it ran task " + std::to_string(report.task);
    if (!report.task_name.empty())
        text += " (" + report.task_name + ")";
    if (report.attempt > 1)
        text += ", attempt " + std::to_string(report.attempt);
    return text;
}

std::string figures_of(const crash_report& report)
{
    std::string text = "  ";
    if (report.task != 0)
        text += "the task had run for " + seconds(report.run_time) + "; ";
    text += "the worker had used " + seconds(report.cpu_time) + " of CPU time";
    if (report.peak_memory)
        text += " and at most " + std::to_string((*report.peak_memory + mebibyte - 1) / mebibyte) + " MiB of memory";
    return text + '\n';
}

std::string place_of(const stack_frame& frame)
{
    if (frame.module.empty())
        return "no module";
    return frame.module + "+" + hexadecimal(frame.offset) +
           (frame.module_changed ? " (the file has changed since)" : "");
}

std::string line_of(const stack_frame& frame)
{
    std::string text = hexadecimal(frame.address) + " ";
    if (!frame.function.empty())
        text += frame.function + " ";
    if (!frame.file.empty())
        text += "at " + frame.file + ":" + std::to_string(frame.line) + " ";
    return text + "in " + place_of(frame);
}

} // namespace

std::string crash_report::summary() const
{
    const std::string name = worker == 0 ? "the fork server" : "worker " + std::to_string(worker);
    return name + " (pid " + std::to_string(pid) + ") " + how_it_ended(*this) + what_it_ran(*this);
}

std::string to_string(const std::vector<stack_frame>& stack)
{
    std::string text;
    std::size_t number = 0;
    for (const auto& frame : stack)
        text += "  #" + std::to_string(number++) + " " + line_of(frame) + '\n';
    return text;
}

std::string crash_report::str() const
{
    std::string text = summary() + '\n' + figures_of(*this) + to_string(stack);
    if (!last_lines.empty())
        text += "  its last lines on stderr:\n";
    for (const auto& line : last_lines)
        text += "  | " + line + '\n';
    return text;
}

} // namespace procpool
