// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <cerrno>
#include <chrono>
#include <cstdint>

namespace procpool {

/// Where something can be made to go wrong; see pool_options::faults.
enum class fault_point : std::uint8_t {
    // In the worker, which ends itself there by SIGKILL.
    in_initializer, ///< It is about to run the initializer; a worker from a fork server never comes to that.
    before_ready,   ///< It is about to say that it is ready.
    in_task_frame,  ///< It has read the header of a task's message, and not the arguments.
    before_claim,   ///< It has a task, and has not said that the task starts here: nobody loses anything.
    after_claim,    ///< It has said so, and the task has not begun.
    before_answer,  ///< The task has ended, and its answer is not written.
    in_answer,      ///< Half of the answer is written.
    after_answer,   ///< The answer is written, and nothing else: the caller has it.

    // In the worker, which goes on.
    delay_answer,    ///< The task has ended; it counts as running for `delay` more.
    truncate_answer, ///< Of the answer only the first 20 bytes are written. With the next answer the pool sees that the
                     ///< worker makes no sense: it is ended, and both tasks fail with errc::protocol_error.

    // In this process, while a worker is started: a system call that fails with `error`.
    spawn,        ///< posix_spawn(3); of a worker from a fork server, the request to fork it.
    pidfd_open,   ///< pidfd_open(2), when the process exists.
    memfd_create, ///< memfd_create(2), for the memory that is shared with the worker.
    pipe2,        ///< pipe2(2): the first three are the worker's channel, the others its stdout and stderr.
};

/// Something that is to go wrong, for tests of what a program does then: `{.at = fault_point::after_claim, .worker =
/// 1}`.
struct fault {
    fault_point at{};
    /// The number of the worker in its pool, from 1, as in event and crash_report; 0: each of them, and the fork
    /// server.
    std::uint64_t worker = 0;
    /// It happens when the worker, or its start, comes to that point for the nth time, counted from 1.
    std::uint64_t nth = 1;
    /// The error number of a system call that fails. Greater than zero.
    int error = EMFILE;
    /// Of delay_answer. Not negative.
    std::chrono::nanoseconds delay{};
};

} // namespace procpool
