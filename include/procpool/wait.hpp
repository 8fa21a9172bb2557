// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/completions.hpp>
#include <procpool/future.hpp>

#include <boost/asio/deferred.hpp>

#include <ranges>

namespace procpool {

namespace detail {

template <class T>
inline constexpr bool is_future_tuple = false;
template <class... Fs>
inline constexpr bool is_future_tuple<std::tuple<Fs...>> = (is_future<std::remove_cvref_t<Fs>> && ...);

template <class T>
concept future_range = std::ranges::input_range<T> && is_future<std::remove_cvref_t<std::ranges::range_reference_t<T>>>;

} // namespace detail

/// Several futures: a range of them, or `std::tie(a, b)` for results of several types. They may be of several pools.
template <class T>
concept futures = detail::future_range<T> || detail::is_future_tuple<std::remove_cvref_t<T>>;

/// What wait() waits for.
enum class return_when {
    first_completed, ///< One outcome, of whatever kind.
    first_exception, ///< One that is no result, or all.
    all_completed,
};

/// Which of the futures have their outcome, and which have not: their places, ascending, from 0.
struct wait_result {
    std::vector<std::size_t> done{};
    std::vector<std::size_t> not_done{};
};

namespace detail {

template <futures Futures>
std::vector<future_ptr> states_of(Futures&& all)
{
    std::vector<future_ptr> states;
    const auto add = [&](const auto& each) { states.push_back(future_access::state(each)); };
    if constexpr (future_range<Futures>)
        for (auto&& each : all)
            add(each);
    else
        std::apply([&](const auto&... each) { (add(each), ...); }, all);
    return states;
}

PROCPOOL_DECL wait_result wait_for(std::span<const future_ptr> states, return_when until, deadline end);

/// Throws std::invalid_argument when there is none: one that is the first would never come.
PROCPOOL_DECL void require_any(std::span<const future_ptr> states);

struct initiate_for_several {
    std::vector<future_ptr> states;

    using awaited_by_value = void;
    using executor_type = boost::asio::any_io_executor;
    executor_type get_executor() const
    {
        return executor_of(states.empty() ? std::weak_ptr<pool_impl>() : states.front()->pool());
    }
};

struct initiate_when_all : initiate_for_several {
    template <class Handler>
    void operator()(Handler&& handler) const
    {
        const auto all = watch_all(states);
        start_waiting(all, all->left(), std::forward<Handler>(handler),
                      [all](bool cancelled) { return std::tuple(wait_error(cancelled)); });
    }
};

struct initiate_when_any : initiate_for_several {
    template <class Handler>
    void operator()(Handler&& handler) const
    {
        const auto all = watch_all(states);
        start_waiting(all, 1, std::forward<Handler>(handler), [all](bool cancelled) {
            return std::tuple(wait_error(cancelled), cancelled ? std::size_t{} : all->take().value());
        });
    }
};

} // namespace detail

/// Blocks until the futures have outcomes, and says which have. Takes none: get() does, at once.
///
/// @par Throws         errc::would_deadlock on a thread that runs the loop of one of their pools; errc::forked_copy;
///                     std::logic_error when one is empty.
/// @par Thread safety  as get() of each.
template <futures Futures>
wait_result wait(Futures&& all, return_when until = return_when::all_completed)
{
    return detail::wait_for(detail::states_of(all), until, {});
}
/// The same, but for at most `limit`.
template <futures Futures, class Rep, class Period>
wait_result wait(Futures&& all, return_when until, std::chrono::duration<Rep, Period> limit)
{
    return detail::wait_for(detail::states_of(all), until, detail::deadline_in(limit));
}

/// Waits until all futures have an outcome, result or not. Takes none: `co_await when_all(std::tie(a, b))`, then get()
/// of each returns or throws at once.
///
/// @par Signature      void(boost::system::error_code)
/// @par Cancellation   terminal, partial, total: the wait ends with operation_aborted; the tasks go on.
/// @par Executor       the handler's own, else that of the pool of the last of them; never called from inside this
///                     function.
/// @par Thread safety  Distinct futures: safe.
/// @par Lifetime       The futures may be moved or destroyed while the operation is outstanding. When the context of
///                     one of their pools is destroyed, the handler is too, uninvoked.
/// @par Throws         std::logic_error when one is empty.
template <futures Futures, class Token = const boost::asio::deferred_t&>
    requires boost::asio::completion_token_for<Token, void(boost::system::error_code)>
auto when_all(Futures&& all, Token&& token = boost::asio::deferred)
{
    return boost::asio::async_initiate<Token, void(boost::system::error_code)>(
        detail::initiate_when_all{{detail::states_of(all)}}, token);
}

/// Waits until one of the futures has an outcome, and says which: its place, from 0. The others go on, and may be
/// cancelled.
///
/// @par Signature  void(boost::system::error_code, std::size_t)
/// @par Cancellation, Executor, Thread safety, Lifetime  as when_all.
/// @par Throws     std::logic_error when one is empty, or when there is none (std::invalid_argument).
template <futures Futures, class Token = const boost::asio::deferred_t&>
    requires boost::asio::completion_token_for<Token, void(boost::system::error_code, std::size_t)>
auto when_any(Futures&& all, Token&& token = boost::asio::deferred)
{
    detail::initiate_when_any initiation{{detail::states_of(all)}};
    detail::require_any(initiation.states);
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(std::move(initiation),
                                                                                            token);
}

} // namespace procpool
