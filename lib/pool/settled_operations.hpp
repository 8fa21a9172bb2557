// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/operation.hpp>

#include <vector>

namespace procpool::detail {

/// Operations whose handlers are to be called, together, when the engine has been left. Those that are still here in
/// the end, because a context was destroyed, have their handlers destroyed uninvoked.
class settled_operations {
public:
    settled_operations() = default;
    settled_operations(settled_operations&&) noexcept = default;
    settled_operations& operator=(settled_operations&&) = delete;
    ~settled_operations();

    bool empty() const noexcept { return delivered_ == operations_.size(); }
    void add(operation_ptr op) { operations_.push_back(std::move(op)); }
    /// Moves all of them out.
    settled_operations take();
    /// Delivers all of them, on the pool's executor. Ends early when a handler throws.
    void deliver();

private:
    std::vector<operation_ptr> operations_;
    std::size_t delivered_ = 0;
};

} // namespace procpool::detail
