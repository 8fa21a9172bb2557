// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/codec.hpp>
#include <procpool/detail/callable.hpp>

#include <typeinfo>

namespace procpool::detail {

/// The sentences by which what cannot work is refused when the program is compiled.
template <class P>
constexpr void check_parameter()
{
    constexpr bool can_change = std::is_lvalue_reference_v<P> && !std::is_const_v<std::remove_reference_t<P>>;
    static_assert(
        !can_change || !is_shared_handle<stored_t<P>>,
        "procpool: a task must not take a non-const reference; take a queue or a pipe by value: a copy is the "
        "same queue, or the same end of the pipe");
    static_assert(
        !can_change || is_shared_handle<stored_t<P>>,
        "procpool: a task must not take a non-const reference: it runs in another process, so what it changes "
        "there is not changed here; take the value and return the new one");
    static_assert(
        !std::is_pointer_v<stored_t<P>>,
        "procpool: a task must not take a raw pointer: memory of this process does not exist in a worker; pass "
        "the value, a std::string or a std::span<const T>");
    static_assert(std::is_pointer_v<stored_t<P>> || serializable_parameter<stored_t<P>>,
                  "procpool: a parameter's type cannot be serialized: give it a serialize() function as for cereal, or "
                  "make it an aggregate of serializable members");
}

template <class R>
constexpr void check_result()
{
    static_assert(!std::is_reference_v<R> && !std::is_pointer_v<R>,
                  "procpool: a task must not return a reference or a pointer: it would point into the worker; return "
                  "the value");
    static_assert(
        !is_view<std::remove_cvref_t<R>>,
        "procpool: a task must not return a view: what it shows stays in the worker; return a std::string or a "
        "std::vector");
    static_assert(!is_shared_handle<R>,
                  "procpool: a task must not return a queue or a pipe: make it here, and pass it as an argument");
    static_assert(
        std::is_void_v<R> || std::is_reference_v<R> || std::is_pointer_v<R> || is_view<R> || is_buffer<R> ||
            serializable<R>,
        "procpool: a task's result cannot be serialized: give it a serialize() function as for cereal, or make "
        "it an aggregate of serializable members");
}

template <class R, class... Ps>
constexpr void check_signature()
{
    check_result<R>();
    (check_parameter<Ps>(), ...);
}

template <class F>
inline constexpr bool travels_by_itself = std::is_pointer_v<F> || std::is_empty_v<F>;
template <class Signature>
inline constexpr bool travels_by_itself<named_task<Signature>> = true;

template <class F>
constexpr void check_callable()
{
    if constexpr (!travels_by_itself<F>)
        static_assert(
            serializable<F>,
            "procpool: this callable has state that cannot be serialized; if it is a lambda that captures, pass "
            "what it captures as arguments");
}

template <class F, class... Args>
constexpr void check_arguments()
{
    constexpr bool fits = fixed_signature<F>::type::arity == sizeof...(Args);
    static_assert(
        fits, "procpool: the number of arguments is not that of the function's parameters (default arguments are not "
              "part of a function pointer)");
    if constexpr (fits)
        static_assert(callable_with<F, Args...>,
                      "procpool: an argument cannot be converted to the function's parameter type");
}

template <class A>
constexpr void check_argument()
{
    static_assert(!is_buffer<std::remove_cvref_t<A>> || !std::is_lvalue_reference_v<A>,
                  "procpool: a buffer goes to one task, without a copy: pass it by std::move()");
}

template <class F, class... Args>
constexpr void check_call()
{
    (check_argument<Args>(), ...);
    static_assert(!std::is_member_pointer_v<F>,
                  "procpool: a pointer to a member is not a task: wrap the call in a lambda that takes the object");
    if constexpr (has_fixed_signature<F>)
        check_arguments<F, Args...>();
    else if constexpr (!std::is_member_pointer_v<F>)
        static_assert(callable_with<F, Args...>, "procpool: this object cannot be called with these arguments");
}

/// Tells signatures of named tasks apart, the same in every program built with the same compiler ABI.
template <class R, class... Ps>
const char* signature_name(call_signature<R, Ps...>)
{
    return typeid(R(stored_t<Ps>...)).name();
}

} // namespace procpool::detail
