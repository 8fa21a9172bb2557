// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/execution_context.hpp>

#include <memory>
#include <mutex>
#include <vector>

namespace procpool::detail {

class pool_impl;

/// Asio's way to learn that a context is being destroyed: then the pools on it kill and reap their workers, because no
/// handler will ever run again.
class pool_service final : public boost::asio::execution_context::service {
public:
    static boost::asio::execution_context::id id;

    explicit pool_service(boost::asio::execution_context& context) : service(context) {}
    void add(const std::shared_ptr<pool_impl>& pool);

private:
    void shutdown() override;

    std::mutex mutex_;
    std::vector<std::weak_ptr<pool_impl>> pools_; // that were not abandoned yet
};

} // namespace procpool::detail
