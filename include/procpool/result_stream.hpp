// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/stream_iterator.hpp>
#include <procpool/detail/stream_state.hpp>

#include <boost/asio/deferred.hpp>

namespace procpool {

class pool;

/// The results of pool::imap() and imap_unordered(): `while (auto result = co_await stream.async_next())`, or
/// `for (auto& result : stream)`. Move-only. Dropping it cancels what has not started: that is revoked inside the
/// destructor and never runs. Running tasks end unheard.
///
/// What an element throws is thrown at its place; the next call gives the element behind it. A loop over the stream
/// ends with that exception; another loop goes on.
///
/// @tparam R           the function's result; std::monostate when it has none.
/// @par Thread safety  Distinct objects: safe. Shared objects: none; one next() or async_next() at a time.
/// @par Lifetime       It may outlive the pool: the results that are missing then are operation_aborted.
template <class R>
class [[nodiscard("a stream that is dropped cancels what has not started")]] result_stream {
public:
    using value_type = R;

    result_stream(result_stream&&) noexcept = default;
    /// Drops the stream that this object was.
    result_stream& operator=(result_stream&& other) noexcept
    {
        result_stream(std::move(other)).state_.swap(state_);
        return *this;
    }
    ~result_stream()
    {
        if (state_)
            state_->cancel();
    }

    /// Blocks for the next result; empty at the end of the input, and after cancel().
    ///
    /// @par Errors  what the function threw; worker_crashed, for the element that ran when its worker died: of those
    ///              that were sent with it, the results before it are delivered, and those behind it run elsewhere;
    ///              errors of the pool, as from pool::async_submit(), for each element of the task; when the pool is
    ///              closed, errc::pool_closed for those that were read and not accepted, and then the end; what the
    ///              input threw, which ends it.
    /// @par Throws  also errc::would_deadlock on a thread that runs the pool's own loop; errc::forked_copy.
    std::optional<R> next() { return next_until({}); }
    /// The same, but for at most `limit`; then throws errc::timed_out, and the element may be waited for again.
    template <class Rep, class Period>
    std::optional<R> next(std::chrono::duration<Rep, Period> limit)
    {
        return next_until(detail::deadline_in(limit));
    }

    /// The same as an Asio operation. The input is read here and, before the handler is called, on its executor.
    ///
    /// @par Signature     void(std::exception_ptr, std::optional<R>)
    /// @par Cancellation  terminal, partial, total: the wait ends with operation_aborted; the stream goes on, and the
    ///                    element may be waited for again.
    /// @par Executor      the handler's own, else the pool's; never called from inside this function.
    template <class Token = const boost::asio::deferred_t&>
        requires boost::asio::completion_token_for<Token, void(std::exception_ptr, std::optional<R>)>
    auto async_next(Token&& token = boost::asio::deferred)
    {
        return boost::asio::async_initiate<Token, void(std::exception_ptr, std::optional<R>)>(initiate_next{state_},
                                                                                              token);
    }

    /// Returns the index in the input, from 0, of the element that the last next() or async_next() gave: of its result,
    /// or of the exception in its place. Ask between two calls, or in the handler. A call that gave no element, because
    /// its limit passed, it was cancelled or the input has ended, changes nothing.
    ///
    /// @par Throws  std::logic_error before the first element.
    std::uint64_t index() const
    {
        if (const auto place = state_->place())
            return *place;
        detail::throw_no_element_yet();
    }

    /// Ends the stream. What has not started is revoked inside this call and never runs; running tasks end unheard. An
    /// async_next() that waits completes with operation_aborted.
    void cancel() { state_->cancel(); }

    /// For a range-based for, by next().
    auto begin() { return detail::stream_iterator<result_stream>(*this); }
    std::default_sentinel_t end() const noexcept { return {}; }

private:
    friend class pool;

    struct initiate_next {
        std::shared_ptr<detail::stream_state> of;

        using awaited_by_value = void;
        using executor_type = boost::asio::any_io_executor;
        executor_type get_executor() const { return detail::executor_of(of->arrivals()->a_pool()); }

        template <class Handler>
        void operator()(Handler&& handler) const
        {
            detail::start_waiting(of->arrivals(), of->needed(), std::forward<Handler>(handler),
                                  [of = of](bool cancelled) { return take(*of, cancelled); });
        }
    };

    static std::tuple<std::exception_ptr, std::optional<R>> take(detail::stream_state& from, bool cancelled)
    try {
        if (cancelled)
            detail::throw_stream_cancelled();
        return {nullptr, value_of(from.next_now())};
    } catch (...) {
        return {std::current_exception(), std::nullopt};
    }

    static std::optional<R> value_of(std::optional<detail::stream_element> element)
    {
        return element ? std::optional<R>(detail::read_element<R>(*std::move(element))) : std::nullopt;
    }

    explicit result_stream(std::shared_ptr<detail::stream_state> state) noexcept : state_(std::move(state)) {}

    std::optional<R> next_until(detail::deadline end) { return value_of(state_->next(end)); }

    std::shared_ptr<detail::stream_state> state_;
};

} // namespace procpool
