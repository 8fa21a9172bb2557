// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/pool.hpp>

#include <boost/asio/post.hpp>

#include <memory>

namespace procpool::detail {

/// A handler that waits for the end of a pool.
class join_operation : public std::enable_shared_from_this<join_operation> {
public:
    join_operation(join_handler handler, const std::shared_ptr<pool_impl>& pool) : handler_(std::move(handler), pool) {}

    join_handler& handler() noexcept { return handler_.get(); }
    /// Sends the handler's completion off, by way of the pool's executor.
    void finish(const boost::asio::any_io_executor& pool_executor, boost::system::error_code error)
    {
        error_ = error;
        boost::asio::post(pool_executor, [self = shared_from_this()] { self->handler_.deliver(self); });
    }
    void abandon() noexcept { handler_.abandon(); }
    static void complete(std::shared_ptr<join_operation> self)
    {
        auto& handler = self->handler_;
        const auto error = self->error_;
        handler.complete([&self] { self.reset(); }, error);
    }

private:
    waiting_handler<join_handler> handler_;
    boost::system::error_code error_;
};

} // namespace procpool::detail
