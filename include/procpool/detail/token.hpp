// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/callable.hpp>
#include <procpool/task.hpp>

#include <boost/asio/async_result.hpp>

#include <exception>
#include <tuple>
#include <type_traits>

namespace boost::asio {

// Declared here so that the answer "this is a token" costs no program the headers of all tokens.
template <typename Executor>
struct use_awaitable_t;
template <typename Allocator>
class use_future_t;
template <typename CompletionToken>
class as_tuple_t;
template <typename CompletionToken>
class redirect_error_t;
template <typename T, typename Executor>
class executor_binder;
template <typename T, typename Allocator>
class allocator_binder;
template <typename T, typename CancellationSlot>
class cancellation_slot_binder;
template <typename CompletionToken, typename... Values>
class append_t;
template <typename CompletionToken, typename... Values>
class prepend_t;
template <typename CompletionToken, typename... Values>
class consign_t;
class deferred_t;
class detached_t;

} // namespace boost::asio

namespace procpool::detail {

/// The signature of an operation whose task returns R.
template <class R>
struct completion_signature {
    using type = void(std::exception_ptr, R);
};
template <>
struct completion_signature<void> {
    using type = void(std::exception_ptr);
};
template <class R>
using completion_signature_t = typename completion_signature<R>::type;

// Asio's own token types. Some of them are callable, so they cannot be told by trying.
template <class T>
inline constexpr bool is_asio_token = false;
template <class E>
inline constexpr bool is_asio_token<boost::asio::use_awaitable_t<E>> = true;
template <class A>
inline constexpr bool is_asio_token<boost::asio::use_future_t<A>> = true;
template <class T>
inline constexpr bool is_asio_token<boost::asio::as_tuple_t<T>> = true;
template <class T>
inline constexpr bool is_asio_token<boost::asio::redirect_error_t<T>> = true;
template <class T, class E>
inline constexpr bool is_asio_token<boost::asio::executor_binder<T, E>> = true;
template <class T, class A>
inline constexpr bool is_asio_token<boost::asio::allocator_binder<T, A>> = true;
template <class T, class S>
inline constexpr bool is_asio_token<boost::asio::cancellation_slot_binder<T, S>> = true;
template <class T, class... Vs>
inline constexpr bool is_asio_token<boost::asio::append_t<T, Vs...>> = true;
template <class T, class... Vs>
inline constexpr bool is_asio_token<boost::asio::prepend_t<T, Vs...>> = true;
template <class T, class... Vs>
inline constexpr bool is_asio_token<boost::asio::consign_t<T, Vs...>> = true;
template <>
inline constexpr bool is_asio_token<boost::asio::deferred_t> = true;
template <>
inline constexpr bool is_asio_token<boost::asio::detached_t> = true;

/// A type that is a completion token whatever the function is: one of Asio's, or one that Asio accepts as a token
/// although it cannot be called as a handler (yield_context, tokens of other libraries).
template <class T>
concept certain_token = is_asio_token<std::remove_cvref_t<T>> ||
                        (boost::asio::completion_token_for<std::remove_cvref_t<T>, void(std::exception_ptr)> &&
                         !std::invocable<std::remove_cvref_t<T>, std::exception_ptr>);

/// Takes the last of a list of types away from the others.
template <class... Ts>
struct split_last;
template <class Last>
struct split_last<Last> {
    using others = std::tuple<>;
    using last = Last;
};
template <class First, class... Rest>
struct split_last<First, Rest...> {
    using others = decltype(std::tuple_cat(std::declval<std::tuple<First>>(),
                                           std::declval<typename split_last<Rest...>::others>()));
    using last = typename split_last<Rest...>::last;
};

/// What the list (fn, args..., maybe a token) of a submission is.
template <class F, class Args>
struct call_shape;
template <class F, class... Args>
struct call_shape<F, std::tuple<Args...>> {
    static constexpr bool callable = callable_with<F, Args...>;
    static constexpr std::size_t arity = sizeof...(Args);
};

template <class T>
inline constexpr bool is_task = false;
template <class R>
inline constexpr bool is_task<task<R>> = true;

/// Whether the last of (fn, args...) is the completion token: certainly so if its type is a token; a plain callback is
/// one only if fn cannot be called with it but can be called without it. A procpool::task takes no arguments.
template <class F, class... Rest>
consteval bool last_is_token()
{
    if constexpr (sizeof...(Rest) == 0) {
        return false;
    } else {
        using split = split_last<Rest...>;
        return is_task<std::decay_t<F>> || certain_token<typename split::last> ||
               (!callable_with<F, Rest...> && call_shape<F, typename split::others>::callable);
    }
}

} // namespace procpool::detail
