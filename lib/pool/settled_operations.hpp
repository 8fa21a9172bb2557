// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/operation.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <vector>

namespace procpool::detail {

/// Operations whose handlers are to be called: they leave the strand together, in one post. Handlers that are still
/// here when their context is destroyed are destroyed uninvoked.
class settled_operations {
public:
    settled_operations() = default;
    settled_operations(settled_operations&&) noexcept = default;
    settled_operations& operator=(settled_operations&&) = delete;
    ~settled_operations();

    bool empty() const noexcept { return operations_.empty(); }
    void add(operation_ptr op) { operations_.push_back(std::move(op)); }
    /// Posts the delivery of all of them to the executor, and is empty afterwards.
    void post_to(const boost::asio::any_io_executor& executor);

private:
    void deliver(const boost::asio::any_io_executor& executor);

    std::vector<operation_ptr> operations_;
    std::size_t delivered_ = 0;
};

} // namespace procpool::detail
