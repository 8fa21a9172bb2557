// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <cstddef>

namespace procpool::detail {

/// Memory for objects that are made and destroyed by the million, often on different threads: freed nodes are kept by
/// the thread that freed them, and travel to others in batches. Aligned as by operator new. A program keeps 32 MiB of
/// freed nodes at most; what is more, and nodes of more than 512 bytes, go back to the heap. Throws std::bad_alloc.
PROCPOOL_DECL void* take_node(std::size_t size);
/// `size` as it was taken. From any thread.
PROCPOOL_DECL void give_node(void* memory, std::size_t size) noexcept;

} // namespace procpool::detail
