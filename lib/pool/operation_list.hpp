// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/operation.hpp>

#include <utility>

namespace procpool::detail {

/// Operations in their order, with a reference to each. It is linked through them, so that adding one cannot fail: what
/// has happened to a task must not be lost because there is no memory. An operation is in one such list at a time.
class operation_list {
public:
    operation_list() = default;
    operation_list(operation_list&& other) noexcept
        : first_(std::exchange(other.first_, nullptr)),
          last_(std::exchange(other.last_, nullptr))
    {
    }
    operation_list& operator=(operation_list&&) = delete;
    ~operation_list()
    {
        while (!empty())
            pop();
    }

    bool empty() const noexcept { return first_ == nullptr; }
    void push(operation_ptr op) noexcept
    {
        operation* const added = op.detach();
        (first_ ? last_->next_ : first_) = added;
        last_ = added;
    }
    /// Removes the first one. There must be one.
    operation_ptr pop() noexcept
    {
        operation* const first = first_;
        first_ = std::exchange(first->next_, nullptr);
        return {first, false};
    }

private:
    operation* first_ = nullptr;
    operation* last_ = nullptr; // unless it is empty
};

} // namespace procpool::detail
