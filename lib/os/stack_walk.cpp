// SPDX-License-Identifier: BSL-1.0
#include "os/stack_walk.hpp"

#include "os/modules.hpp"

#include <ucontext.h>
#include <unwind.h>

namespace procpool::os {
namespace {

#if defined(__x86_64__)
using register_value = greg_t;
register_value& program_counter(ucontext_t& context) noexcept
{
    return context.uc_mcontext.gregs[REG_RIP];
}
std::uintptr_t stack_pointer(const ucontext_t& context) noexcept
{
    return static_cast<std::uintptr_t>(context.uc_mcontext.gregs[REG_RSP]);
}
// A call has pushed where it would return to, and nothing else has happened since.
std::uintptr_t caller_of_bad_call(ucontext_t& context) noexcept
{
    auto& top = context.uc_mcontext.gregs[REG_RSP];
    const auto caller = *reinterpret_cast<const std::uintptr_t*>(top); // NOLINT: a register is a number
    top += static_cast<register_value>(sizeof caller);
    return caller;
}
#elif defined(__aarch64__)
using register_value = unsigned long long;
register_value& program_counter(ucontext_t& context) noexcept
{
    return context.uc_mcontext.pc;
}
std::uintptr_t stack_pointer(const ucontext_t& context) noexcept
{
    return context.uc_mcontext.sp;
}
std::uintptr_t caller_of_bad_call(ucontext_t& context) noexcept
{
    return context.uc_mcontext.regs[30];
}
#else
#error "procpool knows the registers of x86-64 and aarch64; add those of this machine here"
#endif

/// After a call through a bad pointer there is no code to unwind from. While this lives, the context is that of the
/// caller; then it is again what the kernel made, for the core file.
class bad_call_undone {
public:
    explicit bad_call_undone(ucontext_t& context) noexcept : context_(context), before_(context.uc_mcontext)
    {
        if (mapped_module_at(static_cast<std::uintptr_t>(program_counter(context))))
            return;
        program_counter(context) = static_cast<register_value>(caller_of_bad_call(context) - 1);
        undone_ = true;
    }
    bad_call_undone(const bad_call_undone&) = delete;
    bad_call_undone& operator=(const bad_call_undone&) = delete;
    ~bad_call_undone() { context_.uc_mcontext = before_; }

    explicit operator bool() const noexcept { return undone_; }

private:
    ucontext_t& context_;
    const mcontext_t before_;
    bool undone_ = false;
};

struct walk {
    frame_visitor visit;
    bool inside; // the frames of the handler itself come first
};

_Unwind_Reason_Code take_frame(_Unwind_Context* frame, void* state)
{
    auto& current = *static_cast<walk*>(state);
    int is_interrupted = 0; // else the address is the one that a call returns to
    const std::uintptr_t address = _Unwind_GetIPInfo(frame, &is_interrupted);
    current.inside |= is_interrupted != 0;
    if (!current.inside)
        return _URC_NO_REASON;
    const bool goes_on = address != 0 && current.visit(is_interrupted != 0 ? address : address - 1);
    return goes_on ? _URC_NO_REASON : _URC_END_OF_STACK;
}

} // namespace

std::uintptr_t stack_pointer_of(const void* context) noexcept
{
    return stack_pointer(*static_cast<const ucontext_t*>(context));
}

void walk_interrupted_stack(void* context, frame_visitor visit) noexcept
{
    auto& interrupted = *static_cast<ucontext_t*>(context);
    const auto failed_at = static_cast<std::uintptr_t>(program_counter(interrupted));
    if (!mapped_module_at(failed_at) && !visit(failed_at)) // now, because looking for the caller may fault
        return;
    const bad_call_undone undone(interrupted);
    walk state{.visit = visit, .inside = false};
    _Unwind_Backtrace(take_frame, &state);
}

void prepare_stack_walk() noexcept
{
    walk state{.visit = [](std::uintptr_t) noexcept { return false; }, .inside = true};
    _Unwind_Backtrace(take_frame, &state);
}

} // namespace procpool::os
