// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace procpool::os {

/// Gets the address of each frame, innermost first: the instruction that failed, then a byte of each call that has not
/// returned. False ends the walk.
using frame_visitor = bool (*)(std::uintptr_t address) noexcept;

/// Walks the stack of the code that a signal has interrupted. To be called in the signal's handler with the third
/// argument of that. Async-signal-safe after prepare_stack_walk(). On a stack that makes no sense it may fault, or go
/// on until the visitor ends it.
void walk_interrupted_stack(void* context, frame_visitor visit) noexcept;

/// Returns the stack pointer of the code that a signal has interrupted. `context`: the handler's third argument.
/// Async-signal-safe.
std::uintptr_t stack_pointer_of(const void* context) noexcept;

/// Has the unwinder loaded and bound, which would take locks and memory in the handler.
void prepare_stack_walk() noexcept;

} // namespace procpool::os
