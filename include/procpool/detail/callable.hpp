// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <concepts>
#include <functional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace procpool {

template <class Signature>
class named_task;

namespace detail {

/// What a call needs to know of a function: its result and its parameters, as written.
template <class R, class... Ps>
struct call_signature {
    using result = R;
    using parameters = std::tuple<Ps...>;
    using type = R(Ps...);
    static constexpr std::size_t arity = sizeof...(Ps);
};

/// The signature of a callable type that has exactly one; no member `type` for overloaded and generic ones.
template <class F>
struct fixed_signature {};
template <class R, class... Ps>
struct fixed_signature<R (*)(Ps...)> {
    using type = call_signature<R, Ps...>;
};
template <class R, class... Ps>
struct fixed_signature<R (*)(Ps...) noexcept> {
    using type = call_signature<R, Ps...>;
};
template <class R, class... Ps>
struct fixed_signature<named_task<R(Ps...)>> {
    using type = call_signature<R, Ps...>;
};

template <class Member>
struct member_signature {};
#define PROCPOOL_MEMBER_SIGNATURE(qualifiers)                                                                          \
    template <class C, class R, class... Ps>                                                                           \
    struct member_signature<R (C::*)(Ps...) qualifiers> {                                                              \
        using type = call_signature<R, Ps...>;                                                                         \
    };
PROCPOOL_MEMBER_SIGNATURE()
PROCPOOL_MEMBER_SIGNATURE(const)
PROCPOOL_MEMBER_SIGNATURE(noexcept)
PROCPOOL_MEMBER_SIGNATURE(const noexcept)
#undef PROCPOOL_MEMBER_SIGNATURE

template <class F>
    requires requires { typename member_signature<decltype(&F::operator())>::type; }
struct fixed_signature<F> {
    using type = typename member_signature<decltype(&F::operator())>::type;
};

template <class F>
concept has_fixed_signature = requires { typename fixed_signature<F>::type; };

template <class T>
struct without_const_key {
    using type = T;
};
template <class K, class V>
struct without_const_key<std::pair<const K, V>> {
    using type = std::pair<K, V>;
};

/// A parameter's type as it is stored in the worker while the function runs. An element of a map is read as a pair.
template <class P>
using stored_t = typename without_const_key<std::remove_cvref_t<P>>::type;

/// How an argument travels to a function that takes anything: decayed, string literals as std::string.
template <class A>
struct decayed_argument {
    using type = stored_t<std::decay_t<A>>;
};
template <class A>
    requires std::is_same_v<std::decay_t<A>, const char*> || std::is_same_v<std::decay_t<A>, char*>
struct decayed_argument<A> {
    using type = std::string;
};
template <class A>
using decayed_argument_t = typename decayed_argument<A>::type;

template <class F, class... Args>
struct signature_for {};
template <has_fixed_signature F, class... Args>
struct signature_for<F, Args...> : fixed_signature<F> {};
template <class F, class... Args>
    requires(!has_fixed_signature<F> && std::invocable<F&, decayed_argument_t<Args>...>)
struct signature_for<F, Args...> {
    using type = call_signature<std::invoke_result_t<F&, decayed_argument_t<Args>...>, decayed_argument_t<Args>...>;
};

/// The signature by which F is called with arguments of these types.
template <class F, class... Args>
using signature_for_t = typename signature_for<std::decay_t<F>, Args...>::type;

/// void for calls that are not possible: they are refused by name.
template <class F, class... Args>
struct result_of_call {
    using type = void;
};
template <class F, class... Args>
    requires requires { typename signature_for_t<F, Args...>; }
struct result_of_call<F, Args...> {
    using type = typename signature_for_t<F, Args...>::result;
};
template <class F, class... Args>
using result_of_call_t = typename result_of_call<F, Args...>::type;

template <class Signature, class... Args>
inline constexpr bool accepts = false;
template <class R, class... Ps, class... Args>
    requires(sizeof...(Ps) == sizeof...(Args))
inline constexpr bool accepts<call_signature<R, Ps...>, Args...> = (std::is_convertible_v<Args, stored_t<Ps>> && ...);

/// Whether F can be called with arguments of these types.
template <class F, class... Args>
inline constexpr bool callable_with = false;
template <class F, class... Args>
    requires requires { typename signature_for_t<F, Args...>; }
inline constexpr bool callable_with<F, Args...> = accepts<signature_for_t<F, Args...>, Args...>;

} // namespace detail
} // namespace procpool
