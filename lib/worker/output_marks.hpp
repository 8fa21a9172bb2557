// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/descriptor.hpp"
#include "wire/output_mark.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace procpool::worker {

constexpr int stdout_descriptor = 1;
constexpr int stderr_descriptor = 2;

/// Has each line that is printed to stdout leave at once, as to a terminal: else libc keeps what is for a pipe until
/// there are 4 KiB, and it is lost when the worker is killed.
void print_by_lines();

/// The worker's part in the capture of stdout and stderr: writes the marks that say which task the lines belong to.
/// Does nothing for streams that are not captured.
class output_marks {
public:
    explicit output_marks(std::uint64_t nonce) : mark_(nonce) {}

    /// The streams that are captured, by their descriptors. A copy of each is kept: a task may put something else in
    /// their place.
    void open(bool captures_stdout, bool captures_stderr);
    void begin_task(std::uint64_t id) { write(id); }
    /// Flushes the streams of C and C++ first.
    void end_task();

private:
    void write(std::uint64_t task);

    wire::output_mark mark_;
    std::vector<os::descriptor> streams_;
};

} // namespace procpool::worker
