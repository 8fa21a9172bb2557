// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/output.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace procpool {

/// What the worker processes get. Everything else is fixed: stdin is /dev/null, nothing of this process but stdout and
/// stderr is open, blocked or ignored in a worker.
struct worker_options {
    /// Changes to this process's environment: a value sets the variable, no value removes it. Names must not be empty
    /// or contain '='.
    std::map<std::string, std::optional<std::string>> env{};
    /// The working directory; empty: this process's at the time of each start. Must exist when a worker starts.
    std::filesystem::path cwd{};
    /// Where the workers' stdout and stderr go. By default stderr goes through the pool, so that a crash_report has the
    /// last lines. What goes through the pool comes out while the pool's context runs; when nobody takes it, workers wait
    /// in write(2) as soon as a pipe is full.
    output stdout_to = output::inherit;
    output stderr_to = output::relay;
    /// Gets each line of the streams with output::capture, which need it. The lines of a worker come in their order, one
    /// call at a time, those of a task before its outcome. When lines wait that come to more than a mebibyte, no more
    /// are read, and workers wait. What a program buffers itself is lost when it crashes; the C and C++ streams are
    /// flushed after each line and each task.
    ///
    /// @par Executor  the pool's.
    /// @par Throws    What it throws leaves through the context's run(), as from an Asio handler; the lines that follow
    ///                are delivered nevertheless.
    std::function<void(const output_line&)> on_output{};
};

} // namespace procpool
