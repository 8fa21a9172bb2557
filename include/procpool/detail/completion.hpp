// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/codec.hpp>
#include <procpool/detail/operation.hpp>
#include <procpool/detail/token.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/prefer.hpp>

#include <optional>
#include <utility>

namespace procpool::detail {

/// A handler that waits, with its executor kept busy meanwhile.
template <class Handler>
class waiting_handler {
public:
    waiting_handler(Handler&& handler, const boost::asio::any_io_executor& fallback)
        : work_(with_work(boost::asio::get_associated_executor(handler, fallback))),
          handler_(std::move(handler))
    {
    }

    Handler& get() noexcept { return *handler_; }
    const auto& executor() const noexcept { return *work_; }

    /// Destroys the handler uninvoked.
    void abandon() noexcept
    {
        handler_.reset();
        work_.reset();
    }

    /// Calls the handler with what `make` appends to it. On the handler's executor, which alone may touch the slot.
    /// `release` is called between: it frees the operation's memory, so that the handler can use it again.
    template <class Release, class... Results>
    void complete(Release&& release, Results... results)
    {
        auto handler = std::move(*handler_);
        const auto work = std::move(*work_);
        boost::asio::get_associated_cancellation_slot(handler).clear();
        abandon();
        release();
        std::move(handler)(std::move(results)...);
    }

private:
    static auto with_work(const auto& executor)
    {
        return boost::asio::prefer(executor, boost::asio::execution::outstanding_work.tracked);
    }
    using executor_type = boost::asio::associated_executor_t<Handler, boost::asio::any_io_executor>;
    using work_type = std::decay_t<decltype(with_work(std::declval<const executor_type&>()))>;

    std::optional<work_type> work_;
    std::optional<Handler> handler_;
};

/// Runs a waiter's completion on an executor, once; abandons it when the executor's context is destroyed first.
template <class Waiter>
class delivery {
public:
    explicit delivery(Waiter waiter) : waiter_(std::move(waiter)) {}
    delivery(delivery&& other) noexcept : waiter_(std::exchange(other.waiter_, nullptr)) {}
    delivery& operator=(delivery&&) = delete;
    ~delivery()
    {
        if (waiter_)
            waiter_->abandon();
    }
    void operator()() { std::exchange(waiter_, nullptr)->complete_here(); }

private:
    Waiter waiter_;
};

/// Decodes an outcome and completes a handler with it.
template <class R, class Handler, class Release>
void complete_with(waiting_handler<Handler>& handler, const outcome& result, Release&& release)
{
    std::exception_ptr failure = result.failure();
    if constexpr (std::is_void_v<R>) {
        handler.complete(release, std::move(failure));
    } else {
        std::optional<R> value;
        try {
            reader from(result.bytes);
            if (!failure)
                value.emplace(decode<R>(from));
        } catch (...) {
            failure = std::current_exception();
        }
        handler.complete(release, std::move(failure), value ? std::move(*value) : R());
    }
}

/// Lets a handler's cancellation slot give up the task. Every type frees the caller while the task waits; a task that
/// runs may have had effects, so `total` alone leaves it.
template <class Handler>
void connect_cancellation(Handler& handler, const std::weak_ptr<pool_impl>& pool, const operation_ptr& op)
{
    auto slot = boost::asio::get_associated_cancellation_slot(handler);
    if (!slot.is_connected())
        return;
    slot.assign([pool, op](boost::asio::cancellation_type type) {
        using enum boost::asio::cancellation_type;
        if (type != none)
            cancel(pool, op, (type & (terminal | partial)) != none);
    });
}

} // namespace procpool::detail
