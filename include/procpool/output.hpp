// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <cstdint>
#include <string>
#include <sys/types.h>

namespace procpool {

/// Where stdout or stderr of the workers goes.
enum class output {
    inherit, ///< To this process's own stream: workers write there themselves, so that the lines of several may mix.
             ///< What their C library keeps of stdout, where that is no terminal, is lost when they are killed, as by
             ///< ~pool: flush it in the task.
    discard, ///< Nowhere.
    relay,   ///< To this process's own stream, written there by the pool: lines up to 64 KiB never mix.
    capture, ///< To worker_options::on_output, line by line.
};

/// One of a worker's streams.
enum class output_stream { out = 1, err = 2 };

/// A line that a worker has written to a stream with output::capture.
struct output_line {
    std::uint64_t worker = 0; ///< The worker's number in its pool, from 1; 0: the fork server, in which the
                              ///< initializer runs.
    pid_t pid = 0;            ///< Its process id.
    std::uint64_t task = 0;   ///< The task during whose run it was written, by its number in the pool; 0: none.
    output_stream stream = output_stream::out;
    std::string text{};   ///< Without the newline.
    bool is_whole = true; ///< False: a part of a line of more than 64 KiB, or one that has no newline at its end.
};

} // namespace procpool
