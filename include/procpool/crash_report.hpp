// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>
#include <procpool/exit_status.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace procpool {

/// One frame of a stack: of a crashed thread, or of a `throw` (stack_of()).
struct stack_frame {
    /// In the innermost frame of a crash the instruction that failed; in all others a byte of the call that has not returned.
    std::uint64_t address = 0;
    /// The executable or shared library; empty when the address lies in none (a call through a bad pointer).
    std::string module{};
    /// The address as the module's own symbols count, which is what addr2line wants.
    std::uint64_t offset = 0;
    /// The GNU build id of the module, in hexadecimal; empty when it has none.
    std::string build_id{};
    /// The function's name, and its place in the source, as far as crash_report::symbolized() could find them.
    std::string function{};
    std::string file{};
    std::uint64_t line = 0;
    /// symbolized() found another build in the module's place, so it would have given wrong names.
    bool module_changed = false;

    friend bool operator==(const stack_frame&, const stack_frame&) = default;
};

/// What is known about the end of a worker. A plain value: copies, compares, may be sent to another process.
struct crash_report {
    /// The worker's number in its pool, from 1 (0: the fork server), and the process id that it had. That may be in use
    /// again.
    std::uint64_t worker = 0;
    pid_t pid = 0;
    /// How it ended.
    exit_status status{};
    /// Of the signal: si_code of sigaction(2), which says for instance whether a page was missing or protected.
    std::optional<int> signal_code{};
    /// The address whose use failed: with SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGTRAP from the processor, where known.
    std::optional<std::uint64_t> fault_address{};
    /// The pool had SIGKILL or SIGTERM sent to it, for example because its task ran too long or was cancelled, or by
    /// kill_workers(), terminate_workers() or the end of the pool.
    bool killed_by_pool = false;
    /// This process may not signal the worker, for example because it has changed its user since it started the worker.
    /// So the pool cut the worker's lifeline, and the kernel sent SIGKILL: at once, without SIGTERM and kill_grace.
    bool killed_through_lifeline = false;
    /// The failing address lies near the stack pointer of the thread that crashed: its stack was full. Recursion without
    /// end, or a large array on the stack, is the usual cause.
    bool stack_overflow = false;
    /// It got a SIGKILL that the pool has not sent, and the kernel says that it has killed for want of memory in this
    /// process's control group (without one: on this machine) while the worker lived. Most likely that was it.
    bool out_of_memory = false;
    /// User and system time of the process, and of those of its children that it had waited for.
    std::chrono::nanoseconds cpu_time{};
    /// The most memory that it had resident at a time. Empty when unknown: unless the worker could write it when it
    /// crashed, the kernel tells it only when it is more than this process had when it started the worker.
    std::optional<std::uint64_t> peak_memory{};
    /// The last lines that it wrote to stderr: at most ten, and 4 KiB in all; of a longer line the beginning. Empty
    /// unless stderr goes through the pool (output::relay or output::capture).
    std::vector<std::string> last_lines{};
    /// The stack of the thread that crashed, innermost frame first, at most 64; empty when the process could not write
    /// it: it was killed from outside, it exited, or something else handles its signals, such as a sanitizer.
    std::vector<stack_frame> stack{};

    /// The task that it ran: its number in the pool, from 1; 0 if it ran none, or in an event.
    std::uint64_t task = 0;
    /// submit_options::name, or the name under which a named task is registered.
    std::string task_name{};
    /// Which run of the task it was, from 1.
    unsigned attempt = 1;
    /// How long the task had been running when the end of the process was seen.
    std::chrono::nanoseconds run_time{};

    /// One sentence, without a full stop. It is the what() of worker_crashed.
    PROCPOOL_DECL std::string summary() const;
    /// How much of a report str() returns.
    enum extent : unsigned char {
        brief, ///< What fits into a log: at most 12 lines of at most 160 bytes.
        full,  ///< All of it.
    };
    /// Returns the report in several lines. A newline ends each line, and control characters are shown as '?'.
    ///
    /// The brief form shows the innermost frames and the last lines on stderr. A report that is symbolized() shows the
    /// task's own frames, and "… 16 frames of procpool" for the rest. Names of library functions have no template
    /// arguments, and the middle of a long line is left out.
    PROCPOOL_DECL std::string str(extent how_much = brief) const;
    /// The same report with the names of functions, files and lines as far as the modules' files have them; calls that
    /// the compiler has inlined become frames of their own.
    ///
    /// Runs addr2line (of Debian's binutils), once a module; where it is not installed the report stays as it is.
    /// @par Blocks         while it reads debug information, which may take seconds, 20 at most: not for the thread of
    ///                     an event loop.
    /// @par Thread safety  Safe.
    PROCPOOL_DECL crash_report symbolized() const;

    /// Does what symbolized() does on another thread, and completes with the new report. <procpool.hpp>, or
    /// <procpool/async_symbolized.hpp>, defines it.
    ///
    /// @par Signature      void(std::exception_ptr, crash_report). Default token: use_awaitable.
    /// @par Executor       the handler's own, else a thread of boost::asio::system_context.
    /// @par Cancellation   none; the work itself takes at most 20 seconds.
    /// @par Thread safety  Safe. The report need not outlive the call.
    template <class... Token>
    auto async_symbolized(Token&&... token) const;

    friend bool operator==(const crash_report&, const crash_report&) = default;
};

} // namespace procpool
