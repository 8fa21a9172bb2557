// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/buffer_bytes.hpp>
#include <procpool/detail/byte_source.hpp>

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

namespace procpool {

/// Elements that are their own bytes, whatever these are: every pattern of bits is a value, or at least harmless.
template <class T>
concept buffer_element = std::is_trivially_copyable_v<T> && std::is_trivially_default_constructible_v<T> &&
                         !std::is_pointer_v<T> && !std::is_same_v<T, bool> && alignof(T) <= alignof(std::max_align_t);

/// An array that goes to a task and comes back without being copied: `async_submit(blur, std::move(image))`. Move-only;
/// a parameter `buffer<T>` or `const buffer<T>&`, or a result, by itself, not inside of other values. From 64 KiB on it
/// lies in memory that the other process is shown. It is copied as a vector would be below that size, where no such
/// memory can be made, and beyond the first eight buffers of a call. An initializer and pool::broadcast() take none of
/// 64 KiB or more.
///
/// It can be read where it is. To write, call writable(): that copies the elements first, once, when they lie in memory
/// of another process, or are on their way to a task. So nobody ever changes what somebody else reads.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe to read.
/// @par Lifetime       A parameter of a task, and what was moved out of it, must not be used when the task has ended. A
///                     result that lies in memory of its worker can be read as long as it lives, and keeps that memory
///                     from being used for another result.
/// @par Trust          The worker that made a result can still write it. Copy it, or call writable(), before you rely
///                     on what you have checked.
template <buffer_element T>
class buffer {
public:
    using value_type = T;

    /// No elements.
    buffer() noexcept = default;
    /// That many elements, of unspecified values.
    ///
    /// @par Throws  std::bad_alloc.
    explicit buffer(std::size_t count) : bytes_(detail::new_buffer_bytes(count, sizeof(T))), count_(count) {}
    buffer(buffer&& other) noexcept : bytes_(std::move(other.bytes_)), count_(std::exchange(other.count_, 0)) {}
    buffer& operator=(buffer&& other) noexcept
    {
        bytes_ = std::move(other.bytes_);
        count_ = std::exchange(other.count_, 0);
        return *this;
    }

    std::size_t size() const noexcept { return count_; }
    bool empty() const noexcept { return count_ == 0; }
    const T* data() const noexcept { return reinterpret_cast<const T*>(bytes_.data()); }
    const T* begin() const noexcept { return data(); }
    const T* end() const noexcept { return data() + count_; }
    const T& operator[](std::size_t index) const noexcept { return data()[index]; }

    /// The elements, to be written. Invalidates what data() and begin() gave before.
    ///
    /// @par Throws  std::bad_alloc. Then nothing has changed.
    std::span<T> writable()
    {
        detail::make_writable(bytes_);
        return {reinterpret_cast<T*>(bytes_.data()), count_};
    }

    /// @cond for the library
    explicit buffer(detail::byte_buffer bytes) : bytes_(std::move(bytes)), count_(bytes_.size() / sizeof(T))
    {
        if (bytes_.size() % sizeof(T) != 0)
            detail::byte_source::refuse("the bytes are no whole number of elements");
        detail::align_for_buffer(bytes_);
    }
    detail::byte_buffer take_bytes() && noexcept
    {
        count_ = 0;
        return std::move(bytes_);
    }
    /// @endcond

private:
    detail::byte_buffer bytes_;
    std::size_t count_ = 0;
};

namespace detail {

template <class T>
inline constexpr bool is_buffer = false;
template <buffer_element T>
inline constexpr bool is_buffer<buffer<T>> = true;

} // namespace detail
} // namespace procpool
