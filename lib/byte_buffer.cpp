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
    void* const larger = std::realloc(is_inline() ? nullptr : heap_, wanted);
    if (larger == nullptr)
        throw std::bad_alloc();
    if (is_inline())
        std::memcpy(larger, inline_, size_);
    heap_ = static_cast<std::byte*>(larger);
    capacity_ = wanted;
}

void byte_buffer::free_heap() noexcept
{
    std::free(heap_);
}

} // namespace procpool::detail
