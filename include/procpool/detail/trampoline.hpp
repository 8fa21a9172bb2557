// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/call.hpp>
#include <procpool/detail/callable.hpp>
#include <procpool/detail/decoder.hpp>
#include <procpool/detail/encoder.hpp>

#include <algorithm>
#include <bit>
#include <tuple>
#include <utility>

namespace procpool::detail {

inline void write_code(byte_buffer& to, code_ref code)
{
    to.append(&code, sizeof(code));
}

/// The worker must know the module of `code` before it can run the call.
inline void refer_to(call& made, code_ref code)
{
    made.modules = std::max(made.modules, static_cast<std::uint32_t>(code.module) + 1);
    write_code(made.bytes, code);
}

inline code_ref read_code(decoder& from)
{
    code_ref code;
    from.source().extract(&code, sizeof(code));
    return code;
}

/// How a callable itself travels: a function pointer as a place in a module, a function object as its state, an empty
/// one not at all.
template <class F>
struct callable_codec {
    static void encode(call&, encoder& to, const F& fn)
    {
        if constexpr (!std::is_empty_v<F>)
            to.put(fn);
    }
    static F decode(decoder& from)
    {
        if constexpr (std::is_empty_v<F> && std::is_trivially_copyable_v<F>)
            return std::bit_cast<F>(std::byte{}); // a lambda that captures nothing need not be default constructible
        else if constexpr (std::is_empty_v<F>)
            return F{};
        else
            return from.get<F>();
    }
};

template <class F>
    requires std::is_function_v<std::remove_pointer_t<F>>
struct callable_codec<F> {
    static void encode(call& made, encoder&, F fn) { refer_to(made, locate_code(reinterpret_cast<const void*>(fn))); }
    static F decode(decoder& from)
    {
        const void* code = resolve_code(read_code(from));
        return reinterpret_cast<F>(const_cast<void*>(code));
    }
};

/// Reads the arguments, calls, writes the result. Braces make the arguments be read in their order.
template <class F, class R, class... Ps>
void call_with_arguments(F& fn, decoder& from, encoder& to)
{
    std::tuple<typename parameter<stored_t<Ps>>::storage...> arguments{parameter<stored_t<Ps>>::decode(from)...};
    const auto run = [&fn](auto&... stored) -> R { // R is void also where nobody wants the result
        return static_cast<R>(std::invoke(fn, static_cast<Ps&&>(parameter<stored_t<Ps>>::get(stored))...));
    };
    if constexpr (std::is_void_v<R>)
        std::apply(run, arguments);
    else if constexpr (is_buffer<R>)
        to.put_whole(std::apply(run, arguments).take_bytes());
    else
        to.put<R>(std::apply(run, arguments));
}

/// What runs in the worker. Local to the module that submits, so that its address tells which module that is.
template <class F, class R, class... Ps>
PROCPOOL_LOCAL void run_call(decoder& from, encoder& to)
{
    F fn = callable_codec<F>::decode(from);
    call_with_arguments<F, R, Ps...>(fn, from, to);
}

template <class F, class R, class... Ps>
PROCPOOL_LOCAL code_ref trampoline_for()
{
    static constinit known_code known;
    return known.locate(reinterpret_cast<const void*>(&run_call<F, R, Ps...>));
}

} // namespace procpool::detail
