// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "limit/inbox.hpp"

#include <sys/types.h>

namespace limit {

/// The parent's end of one worker: its process and two pipes.
class link {
public:
    /// Starts the worker. Throws std::system_error.
    link();
    link(const link&) = delete;
    link& operator=(const link&) = delete;
    /// Ends the worker, by the end of its input, and waits for it.
    ~link();

    /// Writes what the pipe takes and returns how much that was.
    std::size_t write(std::span<const std::byte> bytes);

    /// Reads once. False when the worker has ended.
    bool fill() { return answers_.fill(answer_pipe_); }
    /// The next answer that has arrived.
    std::optional<frame> next() { return answers_.next(); }

    int task_pipe() const { return task_pipe_; }
    int answer_pipe() const { return answer_pipe_; }

private:
    int task_pipe_ = -1;
    int answer_pipe_ = -1;
    pid_t pid_ = -1;
    inbox answers_;
};

} // namespace limit
