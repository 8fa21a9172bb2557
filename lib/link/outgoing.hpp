// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "wire/frame.hpp"

#include <cstddef>
#include <span>

namespace procpool::link {

/// Bytes on their way to a worker: frames gather while a write is under way, and leave together in the next one.
class outgoing {
public:
    /// Returns the header, which can be completed there until another frame is added.
    wire::frame_header& add(wire::frame_kind kind, std::span<const std::byte> payload)
    {
        return wire::append_frame(gathering_, kind, payload);
    }

    /// What is to be written now; empty when nothing waits. Stays valid until written() has consumed it.
    std::span<const std::byte> to_write();
    /// The first `count` bytes of it are gone.
    void written(std::size_t count) noexcept { done_ += count; }

private:
    detail::byte_buffer gathering_;
    detail::byte_buffer leaving_;
    std::size_t done_ = 0; // of leaving_
};

} // namespace procpool::link
