// SPDX-License-Identifier: BSL-1.0
#include <procpool/crash_report.hpp>
#include <procpool/exception_stack.hpp>

#include "formatting.hpp"
#include "report_stack.hpp"

#include <algorithm>
#include <csignal>
#include <span>

namespace procpool {
namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1024} * 1024;

// What fits into a log, as documented.
constexpr std::size_t most_lines = 12;
constexpr std::size_t longest_line = 160;
constexpr std::size_t first_lines = 2; // the summary and the figures
constexpr std::size_t kept_for_last_lines = 4;

using lines = std::vector<std::string>;

/// Of the signals that mean no crash: from where it came.
std::string sender_of(const crash_report& report)
{
    if (report.status.signal != SIGKILL && report.status.signal != SIGTERM)
        return "";
    if (report.out_of_memory)
        return ", most likely by the kernel because memory had run out";
    if (report.killed_through_lifeline)
        return ", through its lifeline, because this process may not signal it (it has changed its user, for example)";
    return report.killed_by_pool ? ", which its pool sent" : ", which its pool did not send";
}

/// "was killed by SIGSEGV at address 0x10", "exited with status 3".
std::string how_it_ended(const crash_report& report)
{
    std::string text = (report.status.signal ? "was " : "") + report.status.str();
    if (report.fault_address)
        text += " at address " + hexadecimal(*report.fault_address);
    if (report.stack_overflow)
        text += " (stack overflow)";
    return text + sender_of(report);
}

/// " while it ran task 17 (thumbnail), attempt 2".
std::string what_it_ran(const crash_report& report)
{
    if (report.task == 0)
        return "";
    const bool is_aside = !sender_of(report).empty(); // then a comma ends it
    std::string text = std::string(is_aside ? "," : "") + " while it ran task " + std::to_string(report.task);
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
        text += "the task had run for " + seconds(report.run_time, 3) + "; ";
    text += "the worker had used " + seconds(report.cpu_time, 3) + " of CPU time";
    if (report.peak_memory)
        text += " and at most " +
                std::to_string(*report.peak_memory / mebibyte + (*report.peak_memory % mebibyte != 0)) +
                " MiB of memory";
    return text;
}

std::string in_words(std::size_t left_out, std::size_t internals)
{
    const std::string of_procpool =
        std::to_string(internals) + (internals == 1 ? " frame" : " frames") + " of procpool";
    if (left_out == 0)
        return "  … " + of_procpool;
    return "  … " + std::to_string(left_out) + " more" + (internals == 0 ? "" : ", then " + of_procpool);
}

/// At most `most` lines.
void add_stack(lines& to, const crash_report& report, std::size_t most, bool is_short)
{
    const std::size_t own = is_short ? own_frames(report.stack) : report.stack.size();
    const std::size_t internals = report.stack.size() - own;
    const std::size_t shown = own + (internals != 0) <= most ? own : most - 1;
    for (std::size_t i = 0; i != shown; ++i)
        to.push_back("  #" + std::to_string(i) + " " + line_of(report.stack[i], is_short));
    if (shown != report.stack.size())
        to.push_back(in_words(own - shown, internals));
}

/// The last ones, at most `most` lines with the one above them.
void add_last_lines(lines& to, const lines& said, std::size_t most)
{
    if (said.empty())
        return;
    to.push_back("  its last lines on stderr:");
    for (const auto& line : std::span(said).last(std::min(said.size(), most - 1)))
        to.push_back("  | " + line);
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
        text += "  #" + std::to_string(number++) + " " + line_of(frame, false) + '\n';
    return text;
}

std::string crash_report::str(extent how_much) const
{
    const bool is_short = how_much == brief;
    const std::size_t most = is_short ? most_lines - first_lines : std::string::npos;
    const std::size_t kept = last_lines.empty() ? 0 : std::min(last_lines.size() + 1, kept_for_last_lines);
    lines all{summary(), figures_of(*this)};
    add_stack(all, *this, most - kept, is_short);
    add_last_lines(all, last_lines, most + first_lines - all.size());
    std::string text;
    for (const auto& line : all)
        text += one_line(line, is_short ? longest_line : std::string::npos) + '\n';
    return text;
}

} // namespace procpool
