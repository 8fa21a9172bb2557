// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/output.hpp>
#include <procpool/resource_limits.hpp>
#include <procpool/sandbox.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace procpool {

/// How the processes that tasks start are kept together with their worker. Where the system does not allow it, the
/// worker does not start (errc::start_failed).
enum class containment : std::uint8_t {
    /// By the worker's process group: those that leave it (setsid, setpgid) live on.
    none,
    /// None outlives its worker, nor this process unless a task disarms the lifeline. Needs root or user namespaces, and
    /// no threads before run_if_worker(); there, as in containers, getpid() is not the number of worker_crashed::pid().
    pid_namespace,
    /// None outlives its worker. Needs a writable cgroup v2 of Linux 5.14. After the death of this process, those that
    /// had left the group live on.
    cgroup,
};

/// What the worker processes get. Everything else is fixed: stdin is /dev/null, nothing of this process but stdout and
/// stderr is open, blocked or ignored in a worker.
///
/// A worker leads a session of its own. It has no controlling terminal, so a program that asks there for a password
/// (ssh, git, sudo) fails at once with ENXIO. A task that opens a terminal passes O_NOCTTY, as openpty(3) does:
/// otherwise the terminal becomes the worker's own, and SIGHUP ends the worker when the terminal is closed.
///
/// Workers, and the fork server, take the CPUs, the scheduling policy and the nice value of main's thread when they
/// start. Values that need missing rights are not taken, nor any by a worker in another pid namespace than this process.
/// Forked workers have what the initializer made of them; resource_limits apply afterwards. All else that a child
/// inherits from a thread, such as its I/O priority, capabilities and seccomp filter, comes from the thread that starts
/// the worker, which runs the pool's loop.
struct worker_options {
    /// Changes to the environment that this process has when the pool is made: a value sets the variable, no value
    /// removes it. Names must not be empty or contain '='.
    std::map<std::string, std::optional<std::string>> env{};
    /// The working directory; empty: this process's at the time of each start. Must exist when a worker starts.
    std::filesystem::path cwd{};
    /// Where the workers' stdout and stderr go. By default stderr goes through the pool, so that a crash_report has the
    /// last lines. What goes through the pool comes out while the pool's context runs; when nobody takes it, workers
    /// wait in write(2) as soon as a pipe is full.
    ///
    /// stdout absent: output::inherit; in a sandbox that restricts files or system calls output::relay, because through
    /// a stream that is inherited a task could write over this process's own log, or make its terminal non-blocking.
    std::optional<output> stdout_to{};
    output stderr_to = output::relay;
    /// Gets each line of the streams with output::capture, which need it. The lines of a stream come in their order,
    /// one call at a time, those of a task before its outcome. When lines wait that come to more than a mebibyte, no
    /// more are read, and workers wait. What a program buffers itself is lost when it crashes or is killed; the C and
    /// C++ streams are flushed after each line and each task.
    ///
    /// @par Executor  the pool's.
    /// @par Throws    What it throws leaves through the context's run(), as from an Asio handler, and ends the program
    ///                on a pool's own thread; the lines that follow are delivered nevertheless.
    std::function<void(const output_line&)> on_output{};
    /// What each worker may use at most.
    resource_limits limits{};
    /// What its tasks are kept from.
    sandbox_options sandbox{};
    /// How what its tasks start is kept together with it.
    containment contain = containment::none;
    /// Whether an exception that leaves a task brings along the stack of its `throw`; see stack_of(). Costs a walk of
    /// the stack for each such exception, some microseconds, and up to 64 frames that travel with it. Default: false.
    bool exception_stacks = false;
};

} // namespace procpool
