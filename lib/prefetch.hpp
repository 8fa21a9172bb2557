// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

namespace procpool {

/// Lets the processor fetch so many bytes, which will be written to, while it does something else. The address need not
/// be valid.
inline void prefetch(const void* begin, std::size_t size) noexcept
{
    constexpr std::size_t line = 64;
    const auto* const bytes = static_cast<const char*>(begin);
    for (std::size_t i = 0; i < size; i += line)
        __builtin_prefetch(bytes + i, 1);
    __builtin_prefetch(bytes + size - 1, 1); // bytes need not begin where a line does
}

} // namespace procpool
