// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>

namespace limit {

/// Bytes to be written. Unlike std::vector it does not fill what it is about to overwrite, and it inlines.
class buffer {
public:
    std::size_t size() const { return size_; }
    const std::byte* data() const { return bytes_.get(); }
    void clear() { size_ = 0; }

    void append(std::span<const std::byte> bytes)
    {
        if (size_ + bytes.size() > capacity_)
            grow(bytes.size());
        if (!bytes.empty())
            std::memcpy(bytes_.get() + size_, bytes.data(), bytes.size());
        size_ += bytes.size();
    }

    /// Appends the object representation of a value.
    template <class T>
    void append_value(const T& value)
    {
        append(std::as_bytes(std::span<const T, 1>(&value, 1)));
    }

private:
    void grow(std::size_t by)
    {
        capacity_ = std::max(2 * capacity_, size_ + by);
        auto larger = std::make_unique_for_overwrite<std::byte[]>(capacity_);
        if (size_ != 0)
            std::memcpy(larger.get(), bytes_.get(), size_);
        bytes_ = std::move(larger);
    }

    std::unique_ptr<std::byte[]> bytes_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

} // namespace limit
