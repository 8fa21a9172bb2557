// SPDX-License-Identifier: BSL-1.0
// The stack of a throw, without replacing a function of the C++ library, which would fail where that is linked
// statically, and where the program or a sanitizer has replaced it already. A throw searches the stack for a handler
// before it unwinds anything, and asks the "personality" of each frame on its way (Itanium C++ ABI, level I). So a frame
// of ours with a personality of its own is asked while all frames between it and the throw are still there.
#include "os/throw_stack.hpp"

#include <array>
#include <unwind.h>

namespace procpool::os {
namespace {

// The unwinder and the C++ library: _Unwind_RaiseException, and __cxa_throw or its like.
constexpr int frames_of_throw = 2;

struct noted_frames {
    std::array<std::uintptr_t, most_thrown_frames> frames;
    std::size_t count = 0;
};

thread_local noted_frames last_throw;

struct walk_of_throw {
    std::uintptr_t first; ///< Begins behind this function,
    std::uintptr_t end;   ///< and ends before that one.
    int to_skip = frames_of_throw;
    bool inside = false;
};

_Unwind_Reason_Code take_frame_of_throw(_Unwind_Context* frame, void* state)
{
    auto& current = *static_cast<walk_of_throw*>(state);
    const std::uintptr_t function = _Unwind_GetRegionStart(frame);
    if (!current.inside) {
        current.inside = function == current.first;
        return _URC_NO_REASON;
    }
    if (current.to_skip-- > 0)
        return _URC_NO_REASON;
    int is_interrupted = 0; // by a signal; else the address is the one that a call returns to
    const std::uintptr_t address = _Unwind_GetIPInfo(frame, &is_interrupted);
    if (address == 0 || function == current.end || last_throw.count == last_throw.frames.size())
        return _URC_END_OF_STACK;
    last_throw.frames[last_throw.count++] = is_interrupted != 0 ? address : address - 1;
    return _URC_NO_REASON;
}

[[gnu::noinline]] _Unwind_Reason_Code note_throw(int, _Unwind_Action phase, _Unwind_Exception_Class, _Unwind_Exception*,
                                                 _Unwind_Context* asked)
{
    if (phase & _UA_SEARCH_PHASE) {
        last_throw.count = 0;
        walk_of_throw state{.first = reinterpret_cast<std::uintptr_t>(&note_throw),
                            .end = _Unwind_GetRegionStart(asked)};
        _Unwind_Backtrace(take_frame_of_throw, &state);
    }
    return _URC_CONTINUE_UNWIND;
}

} // namespace

// Must contain nothing that is destroyed or caught here: then it would have the personality of C++.
[[gnu::noinline, gnu::no_sanitize_thread]] void call_noting_throw(void (*fn)(void*), void* argument)
{
    asm volatile(".cfi_personality 0x1b, %c0" : : "i"(&note_throw)); // 0x1b: a distance of 4 bytes with a sign
    last_throw.count = 0;
    fn(argument);
    asm volatile("" : : : "memory"); // else the frame would be gone before the call
}

std::span<const std::uintptr_t> thrown_stack() noexcept
{
    return std::span(last_throw.frames).first(last_throw.count);
}

} // namespace procpool::os
