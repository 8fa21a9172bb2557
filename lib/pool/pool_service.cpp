// SPDX-License-Identifier: BSL-1.0
#include "pool/pool_service.hpp"

#include "pool/pool_impl.hpp"

namespace procpool::detail {

boost::asio::execution_context::id pool_service::id;

void pool_service::add(const std::shared_ptr<pool_impl>& pool)
{
    const std::scoped_lock lock(mutex_);
    std::erase_if(pools_, [](const auto& each) { return each.expired(); });
    pools_.push_back(pool);
}

// Asio calls it twice since Boost 1.82: ~io_context() does, and then ~execution_context().
void pool_service::shutdown()
{
    std::vector<std::weak_ptr<pool_impl>> abandoned;
    {
        const std::scoped_lock lock(mutex_);
        abandoned.swap(pools_);
    }
    for (const auto& each : abandoned)
        if (const auto pool = each.lock())
            pool->abandon();
}

} // namespace procpool::detail
