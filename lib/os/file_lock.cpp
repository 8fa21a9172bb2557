// SPDX-License-Identifier: BSL-1.0
#include "os/file_lock.hpp"

#include "os/system_error.hpp"

#include <cerrno>
#include <fcntl.h>

namespace procpool::os {
namespace {

int control(int fd, int command, short type) noexcept
{
    struct flock all {};
    all.l_type = type;
    int result = 0;
    do
        result = ::fcntl(fd, command, &all);
    while (result != 0 && errno == EINTR);
    return result;
}

} // namespace

void lock_file(int fd)
{
    if (control(fd, F_OFD_SETLKW, F_WRLCK) != 0)
        throw_last_error("cannot lock the memory of a queue");
}

bool try_lock_file(int fd)
{
    if (control(fd, F_OFD_SETLK, F_WRLCK) == 0)
        return true;
    if (errno != EAGAIN && errno != EACCES)
        throw_last_error("cannot lock the memory of a queue");
    return false;
}

void unlock_file(int fd) noexcept
{
    control(fd, F_OFD_SETLK, F_UNLCK);
}

} // namespace procpool::os
