// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace procpool::wire {

/// The payload of a frame whose bytes lie in memory that the sender shows the receiver: where they are.
struct shown_payload {
    std::uint64_t memory = 0; ///< The memory's number, which never repeats. 0: the bytes are in the frame.
    std::uint64_t place = 0;  ///< In the receiver's table of such memory.
    std::uint64_t offset = 0; ///< Of the bytes in the memory, a multiple of frame_alignment.
    std::uint64_t size = 0;   ///< At least detail::shared_from.
};

} // namespace procpool::wire
