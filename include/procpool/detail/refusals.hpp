// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/codec.hpp>
#include <procpool/detail/callable.hpp>

#include <typeinfo>

namespace procpool::detail {

// The sentences by which mistakes are refused when the program is compiled. For each mistake there is one sentence, and
// nothing that would only fail because of it is compiled: first comes a function that says what is wrong, then the
// static_asserts, then the others ask with `if constexpr` whether anything was. The static_asserts lie in classes: clang
// reports a function that has a false one again wherever it is called.

template <bool IsTrue, class T>
using explain_if = std::conditional_t<IsTrue, explain<T>, type_list<>>;

enum class parameter_flaw { none, reference_to_handle, reference, raw_pointer, no_functions, other };

template <class P>
consteval parameter_flaw flaw_of_parameter()
{
    using stored = stored_t<P>;
    if constexpr (std::is_lvalue_reference_v<P> && !std::is_const_v<std::remove_reference_t<P>>)
        return is_shared_handle<stored> ? parameter_flaw::reference_to_handle : parameter_flaw::reference;
    else if constexpr (std::is_pointer_v<stored>)
        return parameter_flaw::raw_pointer;
    else if constexpr (serializable_parameter<stored>)
        return parameter_flaw::none;
    else if constexpr (flaw_of<stored>() == flaw::no_functions || is_view<stored>)
        return parameter_flaw::no_functions;
    else
        return parameter_flaw::other;
}

template <class P, parameter_flaw Flaw = flaw_of_parameter<P>()>
struct check_parameter : explain_if<Flaw == parameter_flaw::other, stored_t<P>> {
    static_assert(
        Flaw != parameter_flaw::reference_to_handle,
        "procpool: a task must not take a non-const reference; take a queue or a pipe by value: a copy is the "
        "same queue, or the same end of the pipe");
    static_assert(
        Flaw != parameter_flaw::reference,
        "procpool: a task must not take a non-const reference: it runs in another process, so what it changes "
        "there is not changed here; take the value and return the new one");
    static_assert(
        Flaw != parameter_flaw::raw_pointer,
        "procpool: a task must not take a raw pointer: memory of this process does not exist in a worker; pass "
        "the value, a std::string or a std::span<const T>");
    static_assert(Flaw != parameter_flaw::no_functions,
                  "procpool: a parameter's type cannot be serialized: give it a serialize() function as for cereal, or "
                  "make it an aggregate of serializable members");
};

enum class result_flaw { none, reference, view, handle, no_functions, other };

template <class R>
consteval result_flaw flaw_of_result()
{
    if constexpr (std::is_reference_v<R> || std::is_pointer_v<R>)
        return result_flaw::reference;
    else if constexpr (is_view<std::remove_cv_t<R>>)
        return result_flaw::view;
    else if constexpr (is_shared_handle<R>)
        return result_flaw::handle;
    else if constexpr (std::is_void_v<R> || is_buffer<R> || serializable<R>)
        return result_flaw::none;
    else
        return flaw_of<R>() == flaw::no_functions ? result_flaw::no_functions : result_flaw::other;
}

template <class R, result_flaw Flaw = flaw_of_result<R>()>
struct check_result : explain_if<Flaw == result_flaw::other, R> {
    static_assert(Flaw != result_flaw::reference,
                  "procpool: a task must not return a reference or a pointer: it would point into the worker; return "
                  "the value");
    static_assert(
        Flaw != result_flaw::view,
        "procpool: a task must not return a view: what it shows stays in the worker; return a std::string or a "
        "std::vector");
    static_assert(Flaw != result_flaw::handle,
                  "procpool: a task must not return a queue or a pipe: make it here, and pass it as an argument");
    static_assert(
        Flaw != result_flaw::no_functions,
        "procpool: a task's result cannot be serialized: give it a serialize() function as for cereal, or make "
        "it an aggregate of serializable members");
};

template <class... Ps>
inline constexpr bool good_parameters = ((flaw_of_parameter<Ps>() == parameter_flaw::none) && ...);
template <class R, class... Ps>
inline constexpr bool good_signature = flaw_of_result<R>() == result_flaw::none && good_parameters<Ps...>;

template <class R, class... Ps>
constexpr void check_signature()
{
    static_cast<void>(check_result<R>());
    (static_cast<void>(check_parameter<Ps>()), ...);
}

template <class F>
inline constexpr bool travels_by_itself = std::is_pointer_v<F> || std::is_empty_v<F>;
template <class Signature>
inline constexpr bool travels_by_itself<named_task<Signature>> = true;

template <class F>
concept good_callable = travels_by_itself<F> || serializable<F>;

enum class callable_flaw { none, member_pointer, captures, other };

template <class F>
consteval callable_flaw flaw_of_callable()
{
    if constexpr (std::is_member_pointer_v<F>)
        return callable_flaw::member_pointer;
    else if constexpr (good_callable<F>)
        return callable_flaw::none;
    else
        return flaw_of<F>() == flaw::no_functions ? callable_flaw::captures : callable_flaw::other;
}

template <class F, callable_flaw Flaw = flaw_of_callable<F>()>
struct check_callable : explain_if<Flaw == callable_flaw::other, F> {
    static_assert(Flaw != callable_flaw::member_pointer,
                  "procpool: a pointer to a member is not a task: wrap the call in a lambda that takes the object");
    static_assert(Flaw != callable_flaw::captures,
                  "procpool: this callable has state that cannot be serialized; if it is a lambda that captures, pass "
                  "what it captures as arguments");
};

template <class A>
inline constexpr bool is_copied_buffer = is_buffer<std::remove_cvref_t<A>> && std::is_lvalue_reference_v<A>;

/// The parameters come first: an object that cannot be copied is not convertible to its own type.
template <class F, class... Args, class R, class... Ps>
constexpr void check_conversions(call_signature<R, Ps...>)
{
    (static_cast<void>(check_parameter<Ps>()), ...);
    if constexpr (good_parameters<Ps...>)
        static_assert(callable_with<F, Args...>,
                      "procpool: an argument cannot be converted to the function's parameter type");
}

template <class F, class... Args>
constexpr void check_arguments()
{
    constexpr bool copies = (is_copied_buffer<Args> || ...);
    static_assert(!copies, "procpool: a buffer goes to one task, without a copy: pass it by std::move()");
    if constexpr (!copies && !has_fixed_signature<F>) {
        static_assert(callable_with<F, Args...>, "procpool: this object cannot be called with these arguments");
    } else if constexpr (!copies) {
        constexpr bool fits = fixed_signature<F>::type::arity == sizeof...(Args);
        static_assert(
            fits,
            "procpool: the number of arguments is not that of the function's parameters (default arguments are not "
            "part of a function pointer)");
        if constexpr (fits)
            check_conversions<F, Args...>(typename fixed_signature<F>::type());
    }
}

template <class F, class... Args>
concept good_call = good_callable<F> && callable_with<F, Args...> && !(is_copied_buffer<Args> || ...);

/// Refuses a call that is not good, its signature aside.
template <class F, class... Args>
constexpr void check_call()
{
    static_cast<void>(check_callable<F>());
    if constexpr (good_callable<F>)
        check_arguments<F, Args...>();
}

/// Tells signatures of named tasks apart, the same in every program built with the same compiler ABI.
template <class R, class... Ps>
const char* signature_name(call_signature<R, Ps...>)
{
    return typeid(R(stored_t<Ps>...)).name();
}

} // namespace procpool::detail
