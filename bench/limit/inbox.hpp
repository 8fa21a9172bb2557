// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "limit/frame.hpp"

#include <cstring>
#include <memory>
#include <optional>

namespace limit {

/// Reads many frames with one read.
class inbox {
public:
    /// Reads once. False at the end of the file.
    bool fill(int fd);

    /// The next whole frame, if one has arrived.
    std::optional<frame> next()
    {
        header head;
        if (end_ - begin_ < sizeof head)
            return std::nullopt;
        const std::byte* const at = bytes_.get() + begin_;
        std::memcpy(&head, at, sizeof head);
        if (end_ - begin_ < sizeof head + head.size)
            return std::nullopt;
        begin_ += sizeof head + head.size;
        return frame{head, {at + sizeof head, head.size}};
    }

private:
    void make_room();
    std::size_t wanted() const;

    std::size_t capacity_ = 64 * 1024;
    std::unique_ptr<std::byte[]> bytes_ = std::make_unique_for_overwrite<std::byte[]>(capacity_);
    std::size_t begin_ = 0; // of the first frame that was not taken
    std::size_t end_ = 0;   // of what was read
};

} // namespace limit
