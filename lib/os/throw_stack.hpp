// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace procpool::os {

/// Of a longer stack the outermost frames are left out.
inline constexpr std::size_t most_thrown_frames = 64;

/// Calls fn(argument). When an exception leaves it, thrown_stack() tells where it was thrown, or thrown on.
void call_noting_throw(void (*fn)(void*), void* argument);

/// Returns the addresses of the frames between the last `throw` that left a call_noting_throw() of this thread and that
/// call, innermost first, as os::frame_visitor gets them. Empty when nothing left the last call.
std::span<const std::uintptr_t> thrown_stack() noexcept;

} // namespace procpool::os
