// SPDX-License-Identifier: BSL-1.0
#include "os/descriptor.hpp"

#include <algorithm>
#include <charconv>
#include <fcntl.h>
#include <iterator>
#include <limits>
#include <string_view>
#include <unistd.h>

namespace procpool {

void detail::descriptor::reset() noexcept
{
    // Not repeated on EINTR: Linux has freed the number by then, and another thread may have it already.
    if (const int fd = release(); fd >= 0)
        ::close(fd);
}

namespace os {

descriptor duplicate_from(int fd, int lowest) noexcept
{
    return descriptor(::fcntl(fd, F_DUPFD_CLOEXEC, lowest));
}

descriptor reopen(int fd) noexcept
{
    constexpr std::string_view folder = "/proc/self/fd/";
    char path[folder.size() + std::numeric_limits<int>::digits10 + 2]{};
    std::to_chars(std::ranges::copy(folder, path).out, std::end(path) - 1, fd);
    return above_stdio(descriptor(::open(path, O_RDWR | O_CLOEXEC)));
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

} // namespace os
} // namespace procpool
