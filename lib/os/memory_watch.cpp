// SPDX-License-Identifier: BSL-1.0
#include "os/memory_watch.hpp"

#include "os/kernel_text.hpp"
#include "os/system_error.hpp"

#include <array>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>

namespace procpool::os {

memory_watch::memory_watch(std::uint64_t limit_bytes)
    : statm_(open("/proc/self/statm", O_RDONLY | O_CLOEXEC)),
      limit_pages_(limit_bytes / static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)))
{
    if (!statm_)
        throw_last_error("cannot open /proc/self/statm to watch the worker's memory");
}

// proc(5): the second number of statm is the resident set, in pages.
bool memory_watch::is_exceeded() const noexcept
{
    std::array<char, 128> text;
    const auto size = pread(statm_.get(), text.data(), text.size(), 0);
    std::string_view line(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    take_word(line);
    return number_in(line).value_or(0) > limit_pages_;
}

} // namespace procpool::os
