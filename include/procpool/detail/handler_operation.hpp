// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/completion.hpp>

#include <boost/asio/awaitable.hpp>

#include <type_traits>

namespace procpool::detail {

/// A task whose outcome goes to a handler.
template <class R, class Handler>
class handler_operation final : public operation {
public:
    handler_operation(call&& made, const task_options& options, Handler&& handler,
                      const std::shared_ptr<pool_impl>& pool)
        : operation(std::move(made), options),
          handler_(std::move(handler), pool)
    {
    }

    Handler& handler() noexcept { return handler_.get(); }

    void deliver(operation_ptr self) override
    {
        handler_.deliver(boost::static_pointer_cast<handler_operation>(std::move(self)));
    }
    void abandon() noexcept override { handler_.abandon(); }

    static void complete(boost::intrusive_ptr<handler_operation> self)
    {
        auto& handler = self->handler_;
        complete_with<R>(handler, self->outcome_, [&self] { self.reset(); });
    }

private:
    bool settled() override { return true; }

    waiting_handler<Handler> handler_;
};

/// A pool's state, lent by the pool object until the reference is copied or moved: an operation that is initiated at
/// once counts no references, which would cost it a tenth more; a deferred one may outlive the pool object.
class pool_reference {
public:
    explicit pool_reference(const std::shared_ptr<pool_impl>& lent) noexcept : lent_(&lent) {}
    pool_reference(const pool_reference& other) noexcept : own_(*other) {}
    pool_reference(pool_reference&& other) noexcept : own_(std::move(other.own_))
    {
        if (other.lent_)
            own_ = *other.lent_;
    }
    pool_reference& operator=(const pool_reference&) = delete;
    const std::shared_ptr<pool_impl>& operator*() const noexcept { return lent_ ? *lent_ : own_; }

private:
    const std::shared_ptr<pool_impl>* lent_ = nullptr;
    std::shared_ptr<pool_impl> own_;
};

/// In place of an operation that was refused, so that awaiting it is no second error. Never defined.
template <class R>
boost::asio::awaitable<std::decay_t<R>> refused_operation();

/// The initiation of a submission with a token.
template <class R>
struct initiate_submit {
    pool_reference pool;
    task_options options;

    using awaited_by_value = void;
    using executor_type = boost::asio::any_io_executor;
    executor_type get_executor() const { return executor_of(*pool); }

    template <class Handler>
    void operator()(Handler&& handler, call&& made) const
    {
        using operation_type = handler_operation<R, std::decay_t<Handler>>;
        auto* const waiting =
            new operation_type(std::move(made), options, std::decay_t<Handler>(std::forward<Handler>(handler)), *pool);
        operation_ptr op(waiting, false);
        connect_cancellation(waiting->handler(), *pool, op);
        submit(*pool, std::move(op), full_queue::wait_in_line);
    }
    /// Of a deferred operation that may be launched again.
    template <class Handler>
    void operator()(Handler&& handler, const call& made) const
    {
        (*this)(std::forward<Handler>(handler), call(made));
    }
};

} // namespace procpool::detail
