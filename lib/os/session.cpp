// SPDX-License-Identifier: BSL-1.0
#include "os/session.hpp"

#include "os/descriptor.hpp"
#include "os/pipe.hpp"

#include <array>
#include <charconv>
#include <fcntl.h>
#include <span>
#include <sys/resource.h>
#include <unistd.h>

namespace procpool::os {

void lead_own_session() noexcept
{
    ::setsid();
}

void apply_nice_to_session() noexcept
{
    if (::getpriority(PRIO_PROCESS, 0) != 0) // as in every new session
        set_nice_of_session();
}

void set_nice_of_session() noexcept
{
    const int nice = ::getpriority(PRIO_PROCESS, 0);
    std::array<char, 8> text{};
    const auto end = std::to_chars(text.begin(), text.end(), nice).ptr;
    const descriptor file(::open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC));
    if (file)
        write_some(file.get(), std::as_bytes(std::span(text.begin(), end)));
}

} // namespace procpool::os
