// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>
#include <procpool/detail/region.hpp>

#include <cstddef>
#include <cstring>

namespace procpool::detail {

/// Bytes that grow at their end. Few of them lie in the object itself, because most calls and results are short; many
/// can lie in memory that another process is shown. Unlike std::vector it does not fill what is about to be
/// overwritten.
class byte_buffer {
public:
    static constexpr std::size_t inline_capacity = 40;

    byte_buffer() noexcept : inline_{} {}
    byte_buffer(byte_buffer&& other) noexcept { take(other); }
    /// The copy is private.
    byte_buffer(const byte_buffer& other) : byte_buffer() { append(other.data(), other.size()); }
    /// The first `size` bytes of a region of more than inline_capacity.
    byte_buffer(region_ptr filled, std::size_t size) noexcept
        : size_(size),
          capacity_(filled->size()),
          outside_{filled->data(), filled.get()}
    {
        filled.detach();
    }
    byte_buffer& operator=(byte_buffer other) noexcept
    {
        release();
        take(other);
        return *this;
    }
    ~byte_buffer() { release(); }

    std::byte* data() noexcept { return is_inline() ? inline_ : outside_.bytes; }
    const std::byte* data() const noexcept { return is_inline() ? inline_ : outside_.bytes; }
    std::size_t size() const noexcept { return size_; }
    std::size_t capacity() const noexcept { return capacity_; }
    bool empty() const noexcept { return size_ == 0; }
    /// The region that the bytes lie in; null when they are private.
    region* shared() const noexcept { return is_inline() ? nullptr : outside_.shared; }
    std::byte* begin() noexcept { return data(); }
    std::byte* end() noexcept { return data() + size_; }
    const std::byte* begin() const noexcept { return data(); }
    const std::byte* end() const noexcept { return data() + size_; }

    /// Makes the buffer longer and returns where the new bytes are. They are not initialized.
    std::byte* extend(std::size_t count)
    {
        if (count > capacity_ - size_)
            grow(count);
        size_ += count;
        return end() - count;
    }
    /// Before so many bytes are appended: moves to a region, if they are worth it and there is one.
    void share(std::size_t count)
    {
        if (count >= shared_from && !shared())
            move_to(take_region(size_ + count));
    }
    void append(const void* bytes, std::size_t count)
    {
        std::byte* const added = extend(count);
        if (count != 0)
            std::memcpy(added, bytes, count);
    }
    /// Takes the place of all there is. Memory that is not needed for it is given up.
    void assign(const void* bytes, std::size_t count)
    {
        if (!is_inline())
            *this = {};
        clear();
        append(bytes, count);
    }
    /// Appends zeros until the size is a multiple of `alignment`, a power of two.
    void align(std::size_t alignment)
    {
        const std::size_t padding = -size_ & (alignment - 1);
        std::byte* const added = extend(padding);
        for (std::size_t i = 0; i != padding; ++i)
            added[i] = {};
    }
    /// Keeps the memory.
    void clear() noexcept { size_ = 0; }

private:
    struct outside {
        std::byte* bytes;
        region* shared; // which they lie in; null: the heap
    };

    bool is_inline() const noexcept { return capacity_ == inline_capacity; }
    PROCPOOL_DECL void grow(std::size_t by);
    PROCPOOL_DECL void move_to(region_ptr larger) noexcept;
    PROCPOOL_DECL void free_outside() noexcept;
    void release() noexcept
    {
        if (!is_inline())
            free_outside();
    }
    // A whole copy of the inline bytes, used or not: its size is known to the compiler.
    void take(byte_buffer& other) noexcept
    {
        size_ = other.size_;
        capacity_ = other.capacity_;
        std::memcpy(inline_, other.inline_, sizeof(inline_));
        other.size_ = 0;
        other.capacity_ = inline_capacity;
    }

    std::size_t size_ = 0;
    std::size_t capacity_ = inline_capacity;
    union {
        alignas(8) std::byte inline_[inline_capacity];
        outside outside_;
    };
};

} // namespace procpool::detail
