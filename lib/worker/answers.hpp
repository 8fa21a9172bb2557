// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "wire/frame.hpp"
#include "wire/outbox.hpp"

#include <cstdint>
#include <span>

namespace procpool::worker {

/// The worker's answers on their way to the parent: short ones gather in the outbox, where they survive this process,
/// and leave in one write.
class answers {
public:
    /// Writes to the descriptor, which blocks when the parent is slow: that is the back-pressure.
    answers(int descriptor, wire::outbox& shared) noexcept : descriptor_(descriptor), outbox_(shared) {}

    /// Adds a frame: the header, and its payload behind it in `frame`.
    void add(const wire::frame_header& header, detail::byte_buffer& frame);
    /// Adds the first bytes of a frame alone, and writes them: for tests of what the parent makes of it.
    void add_part(const wire::frame_header& header, detail::byte_buffer& frame, std::size_t count);
    /// Writes all that was held back.
    void flush();
    bool empty() const noexcept { return outbox_.unsent().empty(); }
    /// How often it has written, which may have taken long.
    std::uint64_t writes() const noexcept { return writes_; }

private:
    void write(std::span<const std::byte> bytes);

    int descriptor_;
    std::uint64_t writes_ = 0;
    wire::outbox_writer outbox_;
};

} // namespace procpool::worker
