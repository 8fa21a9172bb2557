// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "limit/buffer.hpp"
#include "limit/frame.hpp"

namespace limit {

/// Tasks that no worker has got, as the frames that will be written: what waits is already encoded.
class task_queue {
public:
    /// Adjacent frames that one write sends, then perhaps one payload that was not copied here.
    struct run {
        std::size_t begin = 0;
        std::size_t end = 0;
        std::size_t tasks = 0;
        std::span<const std::byte> payload = {};

        bool is_written() const { return begin == end && payload.empty(); }
    };

    void push(const header& head, std::span<const std::byte> payload);

    /// Takes up to `most` tasks. Every run must be given back to `release` when it is written.
    run take(std::size_t most);
    void release();

    bool empty() const { return front_ == bytes_.size(); }
    std::span<const std::byte> frames(const run& of) const;

private:
    void take_one(run& into);

    buffer bytes_;
    std::size_t front_ = 0;
    std::size_t unreleased_ = 0;
};

} // namespace limit
