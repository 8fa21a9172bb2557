// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "wire/control_page.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace procpool::wire {

/// The worker's side of the outbox: answers go in whole, and out through the pipe in one write.
class outbox_writer {
public:
    explicit outbox_writer(outbox& shared) noexcept : shared_(shared) {}

    /// Adds one complete answer frame; false when it does not fit behind what is there.
    bool add(std::span<const std::byte> frame) noexcept;
    /// What must be written to the pipe next.
    std::span<const std::byte> unsent() const noexcept;
    /// All of unsent() has been written.
    void sent() noexcept { restart_at(position_); }
    /// Bytes were written past the outbox, which is empty: an answer too large for it.
    void sent_directly(std::size_t count) noexcept { restart_at(position_ + count); }

private:
    void restart_at(std::uint64_t position) noexcept;

    outbox& shared_;
    std::uint64_t begin_ = 0;
    std::uint64_t position_ = 0; // of the end of the stream
};

/// The parent's side: the stream of answers, put together from the pipe and, where needed, from the outbox.
class answer_stream {
public:
    /// How many of `count` bytes that came through the pipe next are known already, from the outbox.
    std::size_t skip(std::size_t count) noexcept;
    /// Copies what the outbox has beyond the bytes received so far. Empty when there is nothing, when the worker
    /// changed it meanwhile (then it comes through the pipe), or when its words make no sense.
    std::vector<std::byte> collect(const outbox& shared);

private:
    std::uint64_t piped_ = 0;    // bytes that came through the pipe
    std::uint64_t received_ = 0; // bytes known from either source
};

} // namespace procpool::wire
