// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/refusals.hpp>
#include <procpool/detail/trampoline.hpp>

namespace procpool::detail {

/// Writes an argument as the function's own parameter type, so that both sides agree on what the bytes mean.
template <class P, class A>
void encode_argument(call& made, encoder& to, A&& argument)
{
    using stored = stored_t<P>;
    if constexpr (is_buffer<stored>)
        encode_buffer(made, stored(std::forward<A>(argument)).take_bytes());
    else if constexpr (std::is_same_v<std::remove_cvref_t<A>, stored>)
        to.put<stored>(argument);
    else
        to.put<stored>(static_cast<stored>(std::forward<A>(argument)));
}

template <class F, class R, class... Ps>
void begin_call(call& made, encoder&, const F&, call_signature<R, Ps...>)
{
    refer_to(made, trampoline_for<F, R, Ps...>());
}

/// A task that was registered under a name: its name and signature stand in place of code.
template <class R, class... Ps>
void begin_call(call& made, encoder& to, const named_task<R(Ps...)>& task, call_signature<R, Ps...> signature)
{
    write_code(made.bytes, {named_module, 0});
    to.put<std::string>(task.name());
    to.put<std::string>(signature_name(signature));
}

template <class F, class R, class... Ps, class... Args>
call encode_call_as(call_signature<R, Ps...> signature, const F& fn, Args&&... arguments)
{
    check_signature<R, Ps...>();
    call made;
    if constexpr (good_signature<R, Ps...>) {
        encoder to(made);
        begin_call(made, to, fn, signature);
        callable_codec<F>::encode(made, to, fn);
        (encode_argument<Ps>(made, to, std::forward<Args>(arguments)), ...);
    }
    return made;
}

/// A call as bytes, with all that the design refuses refused by name.
template <class F, class... Args>
call encode_call(F&& fn, Args&&... arguments)
{
    check_call<std::decay_t<F>, Args...>();
    if constexpr (good_call<std::decay_t<F>, Args...>)
        return encode_call_as<std::decay_t<F>>(signature_for_t<F, Args...>{}, fn, std::forward<Args>(arguments)...);
    else
        return {};
}

} // namespace procpool::detail
