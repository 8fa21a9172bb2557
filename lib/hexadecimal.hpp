// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace procpool::detail {

/// Two digits for each byte: how a build id is written.
inline std::string hexadecimal(std::span<const std::byte> bytes)
{
    constexpr auto digits = "0123456789abcdef";
    std::string text;
    for (const auto byte : bytes) {
        text += digits[std::to_integer<unsigned>(byte) >> 4];
        text += digits[std::to_integer<unsigned>(byte) & 15];
    }
    return text;
}

} // namespace procpool::detail
