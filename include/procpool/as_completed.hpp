// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/stream_iterator.hpp>
#include <procpool/wait.hpp>

#include <functional>

namespace procpool {

namespace detail {
struct completion_access;
}

/// A future that has its outcome.
template <class R>
struct completed {
    std::size_t index;                          ///< Its place among those that were given, from 0.
    std::reference_wrapper<future<R>> where;    ///< It; that object must still be there.
    R get() const { return where.get().get(); } ///< Its outcome, at once; see future::get().
};

/// Futures in the order in which their outcomes arrive: `for (auto each : as_completed(futures)) use(each.get());`, or
/// `while (auto each = co_await stream.async_next())`. Move-only. Dropping it leaves the futures alone.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: none; one next() or async_next() at a time.
/// @par Lifetime       The futures stay where they are while the stream is used; they need not stay for its
///                     destruction.
template <class R>
class completion_stream {
public:
    using value_type = completed<R>;

    /// Blocks until one more outcome is here; empty when there is none left to wait for.
    ///
    /// @par Throws  errc::would_deadlock on a thread that runs the loop of one of their pools; errc::forked_copy.
    std::optional<completed<R>> next() { return next_until({}); }
    /// The same, but for at most `limit`; then throws errc::timed_out.
    template <class Rep, class Period>
    std::optional<completed<R>> next(std::chrono::duration<Rep, Period> limit)
    {
        return next_until(detail::deadline_in(limit));
    }

    /// The same as an Asio operation; never completed from inside this function.
    ///
    /// @par Signature     void(boost::system::error_code, std::optional<completed<R>>)
    /// @par Cancellation  terminal, partial, total: the wait ends with operation_aborted; the tasks go on.
    /// @par Executor      the handler's own, else that of the pool of the future.
    template <class Token = const boost::asio::deferred_t&>
        requires boost::asio::completion_token_for<Token, void(boost::system::error_code, std::optional<completed<R>>)>
    auto async_next(Token&& token = boost::asio::deferred)
    {
        return boost::asio::async_initiate<Token, void(boost::system::error_code, std::optional<completed<R>>)>(
            initiate_next{state_}, token);
    }

    /// For a range-based for, by next().
    auto begin() { return detail::stream_iterator<completion_stream>(*this); }
    std::default_sentinel_t end() const noexcept { return {}; }

private:
    friend struct detail::completion_access;

    struct state {
        std::vector<future<R>*> futures;
        std::shared_ptr<detail::completions> arrivals;

        std::optional<completed<R>> take() const
        {
            const auto number = arrivals->take();
            return number ? std::optional(completed<R>{*number, *futures[*number]}) : std::nullopt;
        }
    };

    struct initiate_next {
        std::shared_ptr<const state> of;

        using awaited_by_value = void;
        using executor_type = boost::asio::any_io_executor;
        executor_type get_executor() const { return detail::executor_of(of->arrivals->a_pool()); }

        template <class Handler>
        void operator()(Handler&& handler) const
        {
            const std::size_t needed = of->arrivals->left() != 0 ? 1 : 0;
            detail::start_waiting(of->arrivals, needed, std::forward<Handler>(handler), [of = of](bool cancelled) {
                return std::tuple(detail::wait_error(cancelled), cancelled ? std::nullopt : of->take());
            });
        }
    };

    explicit completion_stream(std::shared_ptr<const state> of) : state_(std::move(of)) {}

    std::optional<completed<R>> next_until(detail::deadline end)
    {
        if (state_->arrivals->left() == 0)
            return {};
        if (!state_->arrivals->wait(1, end, "procpool::completion_stream::next()"))
            detail::throw_next_timed_out();
        return state_->take();
    }

    std::shared_ptr<const state> state_;
};

namespace detail {

struct completion_access {
    template <future_range Range>
    static auto watch(Range& all)
    {
        using stream = completion_stream<typename std::ranges::range_value_t<Range>::value_type>;
        auto made = std::make_shared<typename stream::state>();
        for (auto& each : all)
            made->futures.push_back(&each);
        made->arrivals = watch_all(states_of(all));
        return stream(std::move(made));
    }
};

} // namespace detail

/// The futures of a range in the order in which their outcomes arrive; those that have one already come first. A future
/// that the range lists several times comes once, with its first index.
///
/// @param all     A range of futures that lie somewhere else, or that outlives the stream: a std::vector, a std::span.
/// @par Throws    std::logic_error when one is empty.
template <detail::future_range Range>
auto as_completed(Range&& all)
{
    static_assert(std::ranges::borrowed_range<Range>,
                  "procpool: as_completed() refers to the futures: give it a container that outlives the stream");
    return detail::completion_access::watch(all);
}

} // namespace procpool
