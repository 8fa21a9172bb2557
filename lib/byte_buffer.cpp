// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/byte_buffer.hpp>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace procpool::detail {

// realloc, because it moves large blocks by their page tables, without copying.
void byte_buffer::grow(std::size_t by)
{
    const std::size_t wanted = std::max(2 * capacity_, size_ + by);
    if (shared())
        move_to(take_region(wanted));
    if (capacity_ >= wanted)
        return;
    const bool is_on_heap = !is_inline() && !shared();
    void* const larger = std::realloc(is_on_heap ? outside_.bytes : nullptr, wanted);
    if (larger == nullptr)
        throw std::bad_alloc();
    if (!is_on_heap) {
        std::memcpy(larger, data(), size_);
        release();
    }
    outside_ = {static_cast<std::byte*>(larger), nullptr};
    capacity_ = wanted;
}

void byte_buffer::move_to(region_ptr larger) noexcept
{
    if (!larger)
        return;
    std::memcpy(larger->data(), data(), size_);
    *this = byte_buffer(std::move(larger), size_);
}

void byte_buffer::free_outside() noexcept
{
    if (outside_.shared)
        intrusive_ptr_release(outside_.shared);
    else
        std::free(outside_.bytes);
}

} // namespace procpool::detail
