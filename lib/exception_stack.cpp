// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/exception_codec.hpp>
#include <procpool/exception_stack.hpp>

namespace procpool {

detail::has_stack::has_stack(stack_ptr stack) noexcept : stack_(std::move(stack)) {}
detail::has_stack::has_stack(const has_stack&) = default;
detail::has_stack& detail::has_stack::operator=(const has_stack&) = default;
detail::has_stack::~has_stack() = default;

std::vector<stack_frame> stack_of(const std::exception& caught)
{
    const auto* thrown = dynamic_cast<const detail::has_stack*>(&caught);
    return thrown ? *thrown->stack() : std::vector<stack_frame>();
}

std::vector<stack_frame> stack_of(const std::exception_ptr& failure)
try {
    if (failure)
        std::rethrow_exception(failure);
    return {};
} catch (const std::exception& caught) {
    return stack_of(caught);
} catch (...) {
    return {};
}

} // namespace procpool
