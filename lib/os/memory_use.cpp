// SPDX-License-Identifier: BSL-1.0
#include "os/memory_use.hpp"

#include "os/kernel_text.hpp"

#include <array>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace procpool::os {

std::uint64_t peak_memory_kib() noexcept
{
    const int file = ::open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    std::array<char, 4096> buffer; // NOLINT: what is read is all that is used
    const auto size = ::read(file, buffer.data(), buffer.size());
    ::close(file);
    const auto peak = value_of({buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0}, "VmHWM:");
    return peak ? number_in(*peak).value_or(0) : 0;
}

std::uint64_t max_rss_kib() noexcept
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss);
}

} // namespace procpool::os
