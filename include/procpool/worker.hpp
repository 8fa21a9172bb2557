// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/built_with.hpp>
#include <procpool/detail/encode_call.hpp>

#include <functional>
#include <string>
#include <utility>

namespace procpool {

/// In a process that the library has started from this program (a pool's worker, its fork server, a
/// procpool::process): does what that process is for and never returns. In every other process: returns at once.
///
/// Call it in main, after register_task() and register_exception() and before anything else: everything before it runs
/// in every worker too, and so do the program's static initializers. A pool whose workers would be this same program,
/// made where main has not called it, throws errc::not_initialized, so a forgotten call can never make a program start
/// copies of itself without end. Not needed with pool_options::executable, whose main calls it, nor with
/// start_method::inline_.
///
/// A worker leaves through std::exit(0) when its pool retires it.
PROCPOOL_DECL void run_if_worker();

namespace detail {

/// Reads the arguments from bytes, calls, writes the result.
using bound_trampoline = std::function<void(decoder&, encoder&)>;

PROCPOOL_DECL void register_named(std::string name, std::string signature, bound_trampoline code);

template <class F, class R, class... Ps>
void register_as(std::string name, F fn, call_signature<R, Ps...> signature)
{
    check_signature<R, Ps...>();
    if constexpr (good_signature<R, Ps...>)
        register_named(std::move(name), signature_name(signature),
                       [fn](decoder& from, encoder& to) mutable { call_with_arguments<F, R, Ps...>(fn, from, to); });
}

} // namespace detail

/// Makes a function known to this worker program under a name, for named_task. Call it before run_if_worker().
///
/// @param name  Any text. A second registration of a name with the same signature replaces the first.
/// @param fn    A function pointer, a lambda (it may capture: it never travels) or a function object whose operator()
///              is neither overloaded nor a template.
/// @par Thread safety  None: call it before there are threads.
template <class F>
void register_task(std::string name, F fn)
{
    static_assert(
        detail::has_fixed_signature<F>,
        "procpool: a named task needs one signature: register a function or a lambda without auto parameters");
    if constexpr (detail::has_fixed_signature<F>)
        detail::register_as(std::move(name), std::move(fn), typename detail::fixed_signature<F>::type{});
}

} // namespace procpool
