// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "limit/buffer.hpp"
#include "limit/frame.hpp"

namespace limit {

/// Writes many frames with one write, to a descriptor that blocks.
class outbox {
public:
    explicit outbox(int fd) : fd_(fd) {}

    /// A large payload is written at once and need not outlive the call.
    void add(const header& head, std::span<const std::byte> payload)
    {
        bytes_.append_value(head);
        if (payload.size() > copy_limit)
            return write_past(payload);
        bytes_.append(payload);
        if (bytes_.size() >= copy_limit)
            flush();
    }

    /// Writes what was added.
    void flush();

private:
    void write_past(std::span<const std::byte> payload);

    int fd_;
    buffer bytes_;
};

} // namespace limit
