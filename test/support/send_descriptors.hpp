// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <span>

namespace procpool::test {

inline constexpr std::size_t most_descriptors = 64;

/// Sends descriptors, most_descriptors at most, with a note through a socket, whatever the other side makes of it. Never waits.
bool send_descriptors(int socket, std::span<const int> descriptors, std::span<std::byte> note);

} // namespace procpool::test
