// SPDX-License-Identifier: BSL-1.0
#include "os/pipe.hpp"

#include "os/failing_calls.hpp"
#include "os/system_error.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace procpool::os {

pipe_ends make_pipe()
{
    std::array<int, 2> ends{};
    if (is_to_fail(fault_point::pipe2) || ::pipe2(ends.data(), O_CLOEXEC) != 0)
        throw_last_error("cannot make a pipe to a worker: pipe2");
    descriptor read(ends[0]);
    descriptor write(ends[1]);
    pipe_ends made{above_stdio(std::move(read)), above_stdio(std::move(write))};
    if (!made.read || !made.write)
        throw_last_error("cannot make a pipe to a worker: fcntl(F_DUPFD_CLOEXEC)");
    return made;
}

descriptor duplicate(int fd)
{
    descriptor copy = duplicate_from(fd, STDERR_FILENO + 1);
    if (!copy)
        throw_last_error("cannot duplicate a descriptor of a worker: fcntl(F_DUPFD_CLOEXEC)");
    return copy;
}

std::ptrdiff_t read_some(int fd, std::span<std::byte> into) noexcept
{
    std::ptrdiff_t size = 0;
    do
        size = ::read(fd, into.data(), into.size());
    while (size < 0 && errno == EINTR);
    return size;
}

void set_non_blocking(int fd)
{
    int on = 1;
    if (::ioctl(fd, FIONBIO, &on) != 0)
        throw_last_error("cannot make a pipe to a worker non-blocking: ioctl(FIONBIO)");
}

std::size_t write_some(int fd, std::span<const std::byte> bytes) noexcept
{
    std::ptrdiff_t size = 0;
    do
        size = ::write(fd, bytes.data(), bytes.size());
    while (size < 0 && errno == EINTR);
    return size < 0 ? 0 : static_cast<std::size_t>(size);
}

bool write_all(int fd, std::span<const std::byte> bytes) noexcept
{
    while (!bytes.empty()) {
        const std::ptrdiff_t size = ::write(fd, bytes.data(), bytes.size());
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            return false;
        bytes = bytes.subspan(static_cast<std::size_t>(size));
    }
    return true;
}

} // namespace procpool::os
