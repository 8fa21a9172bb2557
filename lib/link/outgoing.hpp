// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "wire/frame.hpp"

#include <cstddef>
#include <span>

namespace procpool::link {

/// Bytes on their way to a worker: frames gather while a write is under way, and leave together in the next one.
class outgoing {
public:
    void add(const wire::frame_header& header, std::span<const std::byte> payload)
    {
        wire::append_frame(gathering_, header, payload);
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
