// SPDX-License-Identifier: BSL-1.0
#include "os/descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace procpool::os {

void descriptor::reset() noexcept
{
    // Not repeated on EINTR: Linux has freed the number by then, and another thread may have it already.
    if (const int fd = release(); fd >= 0)
        ::close(fd);
}

descriptor duplicate_from(int fd, int lowest) noexcept
{
    return descriptor(::fcntl(fd, F_DUPFD_CLOEXEC, lowest));
}

void assign(int number, const descriptor& file) noexcept
{
    ::dup3(file.get(), number, number > STDERR_FILENO ? O_CLOEXEC : 0);
}

descriptor above_stdio(descriptor fd) noexcept
{
    if (!fd || fd.get() > STDERR_FILENO)
        return fd;
    return duplicate_from(fd.get(), STDERR_FILENO + 1);
}

} // namespace procpool::os
