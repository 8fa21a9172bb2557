// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/descriptor.hpp"

#include <cstddef>
#include <span>

namespace procpool::os {

/// Both ends of a pipe, close-on-exec from birth, numbered above stdin, stdout and stderr.
struct pipe_ends {
    descriptor read;
    descriptor write;
};

/// What waits in a pipe is no more: /proc/sys/fs/pipe-max-size, as the kernel sets it.
inline constexpr std::size_t largest_pipe = std::size_t{1024} * 1024;

/// Makes a pipe. Throws std::system_error (EMFILE, ENFILE) that says so.
pipe_ends make_pipe();

/// A second descriptor of the same open file description, close-on-exec, numbered above stderr. Throws
/// std::system_error.
descriptor duplicate(int fd);

/// Reads what is there: the number of bytes, 0 at end of file, -1 when nothing is there (EAGAIN) or on any other error.
/// Repeats on EINTR. The worker's blocking reads and the parent's last drain of a dead worker use it.
std::ptrdiff_t read_some(int fd, std::span<std::byte> into) noexcept;

/// Makes reads and writes fail with EAGAIN where they would wait. Throws std::system_error.
void set_non_blocking(int fd);

/// Writes what the pipe takes at once and returns how much that was; 0 also on an error. Repeats on EINTR.
std::size_t write_some(int fd, std::span<const std::byte> bytes) noexcept;

/// Writes all of it to a blocking descriptor, repeating on EINTR and on partial writes. False when the other end is
/// gone. That also raises SIGPIPE, as write(2) does.
bool write_all(int fd, std::span<const std::byte> bytes) noexcept;

} // namespace procpool::os
