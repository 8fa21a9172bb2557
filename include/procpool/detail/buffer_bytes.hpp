// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/byte_buffer.hpp>
#include <procpool/detail/config.hpp>

#include <cstddef>

namespace procpool::detail {

/// The bytes of a procpool::buffer: in a region if they are worth it and there is one, aligned for any element. Throws
/// std::bad_alloc.
PROCPOOL_DECL byte_buffer new_buffer_bytes(std::size_t count, std::size_t element_size);

/// Copies the bytes where they are when nobody but this process may write there, or somebody else reads them.
PROCPOOL_DECL void make_writable(byte_buffer& bytes);

/// Few bytes lie in the object itself, which is not aligned for every element: moves these to the heap.
PROCPOOL_DECL void align_for_buffer(byte_buffer& bytes);

} // namespace procpool::detail
