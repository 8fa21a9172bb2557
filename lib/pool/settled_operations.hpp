// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "pool/operation_list.hpp"

namespace procpool::detail {

/// Operations whose handlers are to be called, together, when the engine has been left. Those that are still here in
/// the end, because a context was destroyed, have their handlers destroyed uninvoked.
class settled_operations {
public:
    settled_operations() = default;
    settled_operations(settled_operations&&) noexcept = default;
    settled_operations& operator=(settled_operations&&) = delete;
    ~settled_operations();

    bool empty() const noexcept { return operations_.empty(); }
    void add(operation_ptr op) noexcept { operations_.push(std::move(op)); }
    /// Moves all of them out.
    settled_operations take() noexcept { return std::move(*this); }
    /// Delivers all of them, on the pool's executor. Ends early when a handler throws.
    void deliver();

private:
    operation_list operations_;
};

} // namespace procpool::detail
