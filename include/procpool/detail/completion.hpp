// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/decoder.hpp>
#include <procpool/detail/operation.hpp>
#include <procpool/detail/token.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/prefer.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <utility>

namespace procpool::detail {

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
    void operator()() { std::remove_reference_t<decltype(*waiter_)>::complete(std::exchange(waiter_, nullptr)); }

private:
    Waiter waiter_;
};

/// Stands for a pool's own executor when a handler is asked whether it has another.
struct pool_executor {};

template <class Handler>
concept has_own_executor = !std::same_as<boost::asio::associated_executor_t<Handler, pool_executor>, pool_executor>;

/// On whose executor a handler is delivered.
enum class delivered_by { its_pool, any_pool };

/// The executor that a handler is called on, kept busy while the handler waits. A pool that has tasks keeps its own
/// busy by itself, and a handler that is delivered there and belongs there is called at once: for a coroutine that
/// awaits a task, the way through the type-erased executor would cost a tenth of it.
template <class Handler>
class handler_work {
public:
    template <class Pool>
    handler_work(const Handler& handler, const Pool& pool, delivered_by by)
    {
        const auto home = executor_of(pool);
        const auto executor = boost::asio::get_associated_executor(handler, home);
        if constexpr (std::convertible_to<decltype(executor), boost::asio::any_io_executor>)
            if (by == delivered_by::its_pool && home == executor)
                return;
        work_.emplace(with_work(executor));
    }
    template <class Function>
    void dispatch(Function&& function) const
    {
        if (work_)
            boost::asio::dispatch(*work_, std::forward<Function>(function));
        else
            std::forward<Function>(function)();
    }

private:
    static auto with_work(const auto& executor)
    {
        return boost::asio::prefer(executor, boost::asio::execution::outstanding_work.tracked);
    }
    using executor_type = boost::asio::associated_executor_t<Handler, boost::asio::any_io_executor>;
    using work_type = std::decay_t<decltype(with_work(std::declval<const executor_type&>()))>;

    std::optional<work_type> work_; // empty: called where it is delivered
};

/// A handler without an executor is called where it is delivered.
template <class Handler>
    requires(!has_own_executor<Handler>)
class handler_work<Handler> {
public:
    template <class Pool>
    handler_work(const Handler&, const Pool&, delivered_by) noexcept
    {
    }
    template <class Function>
    void dispatch(Function&& function) const
    {
        std::forward<Function>(function)();
    }
};

/// A handler that waits for an operation of a pool.
template <class Handler>
class waiting_handler {
public:
    /// `pool`: a shared or weak pointer to it.
    template <class Pool>
    waiting_handler(Handler&& handler, const Pool& pool, delivered_by by = delivered_by::its_pool)
        : work_(std::in_place, handler, pool, by),
          handler_(std::move(handler))
    {
    }

    Handler& get() noexcept { return *handler_; }
    /// Calls the static complete(waiter) of its class on the handler's executor. To be called on a pool's executor, as
    /// the constructor was told.
    template <class Waiter>
    void deliver(Waiter waiter) const
    {
        work_->dispatch(delivery(std::move(waiter)));
    }

    /// Destroys the handler uninvoked.
    void abandon() noexcept
    {
        handler_.reset();
        work_.reset();
    }

    /// Calls the handler with the results. On the handler's executor, which alone may touch the slot. `release` is
    /// called right before: it frees the operation's memory, so that the handler can use it again.
    template <class Release, class... Results>
    void complete(Release&& release, Results... results)
    {
        auto handler = std::move(*handler_);
        [[maybe_unused]] const auto work = std::move(*work_);
        boost::asio::get_associated_cancellation_slot(handler).clear();
        abandon();
        release();
        std::move(handler)(std::move(results)...);
    }

private:
    std::optional<handler_work<Handler>> work_;
    std::optional<Handler> handler_;
};

/// The bytes as they are, without a copy.
template <class R>
R read_buffer(byte_buffer& bytes)
{
    try {
        return R(std::move(bytes));
    } catch (...) {
        rethrow_decoding_failure(typeid(R));
    }
}

/// The value of a result. Bytes that a worker can still write are copied before they are looked at, but for those that
/// are copied anyway, as they are, into a vector or string.
template <class R>
R read_result(byte_buffer& bytes)
{
    if constexpr (flaw_of_result<R>() != result_flaw::none) {
        __builtin_unreachable(); // the task was refused
    } else if constexpr (is_buffer<R>) {
        return read_buffer<R>(bytes);
    } else {
        if (plain_sequence<R> || !bytes.shared())
            return decoder(bytes).get<R>();
        const byte_buffer own(bytes);
        return decoder(own).get<R>();
    }
}

/// Decodes an outcome and completes a handler with it.
template <class R, class Handler, class Release>
void complete_with(waiting_handler<Handler>& handler, outcome& result, Release&& release)
{
    std::exception_ptr failure = result.take_failure();
    if constexpr (std::is_void_v<R>) {
        handler.complete(release, std::move(failure));
    } else {
        std::optional<R> value;
        try {
            if (!failure)
                value.emplace(read_result<R>(result.bytes));
        } catch (...) {
            failure = std::current_exception();
        }
        if constexpr (std::is_default_constructible_v<R>) // any other was refused where the token was given
            handler.complete(release, std::move(failure), value ? std::move(*value) : R());
    }
}

/// Lets a handler's cancellation slot give up the task. Every type frees the caller while the task waits; a task that
/// runs may have had effects, so `total` alone leaves it.
template <class Handler>
void connect_cancellation(Handler& handler, const auto& pool, const operation_ptr& op)
{
    auto slot = boost::asio::get_associated_cancellation_slot(handler);
    if (!slot.is_connected())
        return;
    slot.assign([pool = std::weak_ptr<pool_impl>(pool), op](boost::asio::cancellation_type type) {
        using enum boost::asio::cancellation_type;
        if (type != none)
            cancel(pool, op, (type & (terminal | partial)) != none);
    });
}

} // namespace procpool::detail
