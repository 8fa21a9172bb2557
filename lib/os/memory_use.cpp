// SPDX-License-Identifier: BSL-1.0
#include "os/memory_use.hpp"

#include <array>
#include <charconv>
#include <fcntl.h>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>

namespace procpool::os {

std::uint64_t peak_memory_kib() noexcept
{
    constexpr std::string_view key = "VmHWM:";
    const int file = ::open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    std::array<char, 4096> buffer; // NOLINT: what is read is all that is used
    const auto size = ::read(file, buffer.data(), buffer.size());
    ::close(file);
    const std::string_view text(buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    const auto at = text.find(key);
    if (at == std::string_view::npos)
        return 0;
    const auto number = text.find_first_not_of(" \t", at + key.size());
    std::uint64_t kib = 0;
    if (number != std::string_view::npos)
        std::from_chars(text.data() + number, text.data() + text.size(), kib);
    return kib;
}

std::uint64_t max_rss_kib() noexcept
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss);
}

} // namespace procpool::os
