// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/awaitable_support.hpp>
#include <procpool/detail/future_state.hpp>
#include <procpool/detail/yield_support.hpp>

#include <boost/asio/error.hpp>

#include <chrono>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace procpool {

class pool;

namespace detail {
struct future_access;
}

/// The outcome of a task that is queued already. Move-only. It may outlive the pool.
///
/// `co_await std::move(f)` and `std::move(f)(token)` are Asio operations. Dropping a future lets its task run on.
///
/// @par Limits         Of every blocking call of the library: any type of duration. One that is not above zero has
///                     passed already; one beyond the range of the clock is none. Signals do not make a wait longer.
/// @par Thread safety  Distinct objects: safe. Shared objects: get() and taking must happen once, and nothing else at
///                     the same time; all others are safe.
template <class R>
class future {
public:
    using value_type = R;

    /// An empty future: valid() is false, and every other call throws std::logic_error.
    future() noexcept = default;
    future(future&&) noexcept = default;
    future& operator=(future&&) noexcept = default;

    /// Whether this object has an outcome to wait for: not default-constructed, not moved from, not taken.
    bool valid() const noexcept { return state_ != nullptr; }
    /// Whether the outcome is here.
    bool ready() const { return state().ready(); }
    /// Whether a worker was sent the task and no outcome is here: it runs there, or waits behind others that were sent
    /// ahead.
    bool running() const { return state().is_with_worker() && !ready(); }
    /// Returns true when the outcome is here and is a cancellation: by cancel(), by a cancellation slot, or by the end
    /// of the pool. An operation_aborted that the task itself threw is not a cancellation. Never blocks.
    bool cancelled() const { return state().was_cancelled(); }

    /// Cancels the task, as a terminal cancellation does. A task that has not started is revoked inside this call, and
    /// never runs. submit_options::on_cancel says what becomes of a running task. Never waits for a task or a handler.
    ///
    /// The future becomes ready with operation_aborted on the pool's executor, never inside this call. Only an outcome
    /// that is on its way already takes precedence.
    ///
    /// @return      true when this call revoked the task. A task in its retry pause counts as not started. false when
    ///              the task has started, has finished or was cancelled before: if its outcome is operation_aborted, it
    ///              may have had effects.
    /// @par Throws  errc::forked_copy in a process that was forked since.
    bool cancel() { return detail::cancel(state().pool(), &state(), true); }

    /// Blocks until the outcome is here and takes it.
    ///
    /// @par Errors  what the task threw; worker_crashed; boost::system::system_error with a procpool::errc, or with
    ///              asio::error::operation_aborted when it was cancelled or its pool went away.
    /// @par Throws  also errc::would_deadlock, and takes nothing, on a thread that runs the pool's own loop, where the
    ///              outcome could never arrive. Detected for io_context, thread_pool and strands of them. And
    ///              errc::forked_copy in a process that was forked since.
    R get()
    {
        state().wait({}, "procpool::future::get()");
        return take();
    }

    /// The same, but for at most `limit`; then throws boost::system::system_error with errc::timed_out and takes
    /// nothing: the task goes on, and get() may be called again.
    template <class Rep, class Period>
    R get(std::chrono::duration<Rep, Period> limit)
    {
        if (!state().wait(detail::deadline_in(limit), "procpool::future::get()"))
            detail::throw_get_timed_out();
        return take();
    }

    /// Whether the task has returned, and has not failed. A result that its own codec cannot read is a matter of get().
    ///
    /// @par Throws  std::logic_error when the outcome is not here yet.
    bool successful() const
    {
        if (!ready())
            throw std::logic_error("procpool::future::successful() was asked before the outcome is here: wait first");
        return !state().failed();
    }

    /// Blocks until the outcome is here and returns the exception that get() would throw because of it; null when the
    /// task has returned. Takes nothing. Each call makes a new exception object, so a caller may pass its own to
    /// another thread.
    ///
    /// @par Throws  errc::would_deadlock and errc::forked_copy, as get().
    std::exception_ptr exception() const
    {
        state().wait({}, "procpool::future::exception()");
        return state().failure();
    }
    /// The same, but for at most `limit`; then throws errc::timed_out, as get(limit).
    template <class Rep, class Period>
    std::exception_ptr exception(std::chrono::duration<Rep, Period> limit) const
    {
        if (!state().wait(detail::deadline_in(limit), "procpool::future::exception()"))
            detail::throw_get_timed_out();
        return state().failure();
    }

    /// Waits until the outcome is here, without taking it. The future may be moved or destroyed meanwhile.
    ///
    /// @par Signature     void(boost::system::error_code); no error whatever the task did
    /// @par Cancellation  terminal, partial, total: the wait ends with operation_aborted; the task goes on.
    /// @par Executor      the handler's own, else the pool's; never called from inside this function.
    template <boost::asio::completion_token_for<void(boost::system::error_code)> Token>
    auto async_wait(Token&& token)
    {
        return boost::asio::async_initiate<Token, void(boost::system::error_code)>(
            detail::initiate_ready{detail::future_ptr(&state())}, token);
    }

    /// Waits for the outcome and takes it: what `co_await std::move(f)` does.
    ///
    /// @par Signature     void(std::exception_ptr, R), for void: void(std::exception_ptr)
    /// @par Cancellation  as for pool::async_submit: it gives up the task.
    /// @par Errors        as get().
    /// @par Executor      the handler's own, else the pool's; never called from inside this function.
    template <boost::asio::completion_token_for<detail::completion_signature_t<R>> Token>
    auto operator()(Token&& token) &&
    {
        static_assert(
            std::is_void_v<R> || std::is_default_constructible_v<R>,
            "procpool: a completion token needs a result that can be default-constructed, to have something to "
            "pass beside an error; use future::get(), or return a std::optional");
        return boost::asio::async_initiate<Token, detail::completion_signature_t<R>>(
            detail::initiate_take<R>{release()}, token);
    }

    /// Refused, because an outcome can be taken only once.
    template <boost::asio::completion_token_for<detail::completion_signature_t<R>> Token>
    auto operator()(Token&& token) & -> decltype(std::move(*this)(std::forward<Token>(token)))
    {
        static_assert(std::is_void_v<Token>, // never: only a call of this function is an error
                      "procpool: a future gives its outcome only once: say so with std::move(future)(token)");
    }

private:
    friend class pool;
    friend struct detail::future_access;
    explicit future(detail::future_ptr state) noexcept : state_(std::move(state)) {}

    detail::future_state& state() const
    {
        if (!state_)
            throw std::logic_error("procpool::future has no outcome: it is empty, moved from, or was taken already");
        return *state_;
    }

    detail::future_ptr release()
    {
        state();
        return std::exchange(state_, nullptr);
    }

    R take()
    {
        detail::outcome result = release()->take();
        if (auto failure = result.take_failure())
            std::rethrow_exception(std::move(failure));
        if constexpr (!std::is_void_v<R>)
            return detail::read_result<R>(result.bytes);
    }

    detail::future_ptr state_;
};

namespace detail {

/// For what waits for several futures.
struct future_access {
    template <class R>
    static future_ptr state(const future<R>& of)
    {
        return future_ptr(&of.state());
    }
};

template <class T>
inline constexpr bool is_future = false;
template <class R>
inline constexpr bool is_future<future<R>> = true;

} // namespace detail

} // namespace procpool
