// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/completion.hpp>

#include <string>

namespace procpool::detail {

/// A task whose outcome goes to a handler.
template <class R, class Handler>
class handler_operation final : public operation {
public:
    handler_operation(call&& made, const submit_options& options, Handler&& handler,
                      const std::shared_ptr<pool_impl>& pool)
        : operation(std::move(made), options),
          handler_(std::move(handler), pool)
    {
    }

    Handler& handler() noexcept { return handler_.get(); }

    void deliver() override { handler_.deliver(boost::intrusive_ptr<handler_operation>(this)); }
    void abandon() noexcept override { handler_.abandon(); }

    void complete_here()
    {
        boost::intrusive_ptr<handler_operation> self(this);
        complete_with<R>(handler_, outcome_, [&self] { self.reset(); });
    }

private:
    bool settled() override { return true; }

    waiting_handler<Handler> handler_;
};

/// The initiation of a submission with a token. Holds the pool's state, not the pool object: a deferred operation may
/// outlive that.
template <class R>
struct initiate_submit {
    std::shared_ptr<pool_impl> pool;
    submit_options options;
    std::string name{options.name}; // which may be gone when a deferred operation is launched

    using executor_type = boost::asio::any_io_executor;
    executor_type get_executor() const { return executor_of(pool); }

    template <class Handler>
    void operator()(Handler&& handler, call made) const
    {
        using operation_type = handler_operation<R, std::decay_t<Handler>>;
        submit_options named = options;
        named.name = name;
        boost::intrusive_ptr<operation_type> op(
            new operation_type(std::move(made), named, std::decay_t<Handler>(std::forward<Handler>(handler)), pool));
        connect_cancellation(op->handler(), pool, op);
        submit(pool, std::move(op), full_queue::wait_in_line);
    }
};

} // namespace procpool::detail
