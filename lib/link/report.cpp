// SPDX-License-Identifier: BSL-1.0
// What a link knows about the end of its worker.
#include "link/link.hpp"

#include "link/status_of.hpp"

#include <procpool/crash_report.hpp>

#include <algorithm>
#include <csignal>
#include <limits>

namespace procpool::link {
namespace {

constexpr std::uint64_t bytes_per_kib = 1024;

/// Whether the processor has raised the signal because of an address that it knows.
bool has_fault_address(const wire::last_words& said)
{
    const bool names_one = said.signal == SIGSEGV || said.signal == SIGBUS || said.signal == SIGILL ||
                           said.signal == SIGFPE || said.signal == SIGTRAP;
    return names_one && said.code > 0 && said.code != SI_KERNEL;
}

/// A function touches its frame a little below the stack pointer (a call, what it saves) or above it (its variables).
bool is_stack_overflow(const wire::last_words& said)
{
    constexpr std::uint64_t near = 64 * 1024;
    const auto [low, high] = std::minmax(said.fault_address, said.stack_pointer);
    return said.signal == SIGSEGV && has_fault_address(said) && high - low < near;
}

void add_last_words(crash_report& report, const wire::last_words& said)
{
    report.signal_code = said.code;
    if (has_fault_address(said))
        report.fault_address = said.fault_address;
    report.stack_overflow = is_stack_overflow(said);
    constexpr auto most = std::numeric_limits<std::uint64_t>::max() / bytes_per_kib;
    if (said.peak_memory_kib != 0 && said.peak_memory_kib <= most) // else it lies
        report.peak_memory = said.peak_memory_kib * bytes_per_kib;
    for (const auto& each : said.stack)
        report.stack.push_back(
            {.address = each.address, .module = each.module, .offset = each.offset, .build_id = each.build_id});
}

} // namespace

crash_report link::report() const
{
    crash_report report{.worker = number_, .pid = pid_, .status = status_of(exit_)};
    report.killed_by_pool = killed_ && (report.status.signal == SIGKILL || report.status.signal == SIGTERM);
    report.killed_through_lifeline = killed_through_lifeline_ && report.status.signal == SIGKILL;
    report.out_of_memory = may_have_run_out_of_memory();
    report.last_lines = last_lines_.all();
    if (exit_) {
        report.cpu_time = std::chrono::microseconds(exit_->user_us + exit_->system_us);
        const auto max_rss = static_cast<std::uint64_t>(exit_->max_rss_kib);
        if (max_rss > page_.max_rss_at_start_kib)
            report.peak_memory = max_rss * bytes_per_kib;
    }
    // What does not fit the status was left by a crash that did not end the process, or by a liar.
    if (const auto said = wire::read(page_.crash); said && report.status.signal == said->signal)
        add_last_words(report, *said);
    return report;
}

bool link::may_have_run_out_of_memory() const
{
    return exit_ && exit_->by_signal && exit_->number == SIGKILL && !killed_ && oom_kills_at_end_ > oom_kills_at_start_;
}

} // namespace procpool::link
