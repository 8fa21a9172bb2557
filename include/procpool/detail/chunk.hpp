// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/encode_call.hpp>

#include <cstdint>
#include <functional>

namespace procpool::detail {

/// In front of the elements of a chunk: after how long its worker is to send back what it has, at the end of the
/// element at hand.
struct chunk_budget {
    std::uint64_t time_ns = 0;
};

/// In front of their answers.
struct chunk_summary {
    std::uint64_t ran_ns = 0;
    std::uint64_t answered = 0; ///< How many elements have an answer; the others were not begun.
};

/// In front of each element, and of each answer.
struct element_mark {
    std::uint64_t size_and_kind = 0;

    /// In bytes; padding to the next multiple of 8 follows them.
    std::size_t size() const noexcept { return size_and_kind >> 1; }
    bool is_exception() const noexcept { return (size_and_kind & 1) != 0; }
};

/// Appends an element, or an answer, behind its mark.
PROCPOOL_DECL void append_element(byte_buffer& to, const byte_buffer& element, bool is_exception);

/// Runs one element: reads its arguments, calls, writes its result.
using element_code = std::function<void(decoder&, encoder&)>;

/// In a worker: runs the elements that `from` still holds, each by itself, so that an exception is the answer of one.
PROCPOOL_DECL void run_chunk(decoder& from, encoder& to, const element_code& run);

template <class F, class R, class... Ps>
PROCPOOL_LOCAL void run_elements(decoder& from, encoder& to)
{
    F fn = callable_codec<F>::decode(from);
    run_chunk(from, to,
              [&fn](decoder& arguments, encoder& result) { call_with_arguments<F, R, Ps...>(fn, arguments, result); });
}

template <class F, class R, class... Ps>
PROCPOOL_LOCAL code_ref elements_trampoline_for()
{
    static constinit known_code known;
    return known.locate(reinterpret_cast<const void*>(&run_elements<F, R, Ps...>));
}

template <class F, class R, class... Ps>
void begin_chunk(call& made, encoder&, const F&, call_signature<R, Ps...>)
{
    refer_to(made, elements_trampoline_for<F, R, Ps...>());
}

/// Beside named_module: the call has a chunk of elements.
inline constexpr std::uint64_t named_chunk = 1;

template <class R, class... Ps>
void begin_chunk(call& made, encoder& to, const named_task<R(Ps...)>& task, call_signature<R, Ps...> signature)
{
    write_code(made.bytes, {named_module, named_chunk});
    to.put<std::string>(task.name());
    to.put<std::string>(signature_name(signature));
}

/// A function that can be mapped.
template <class F, class Signature>
inline constexpr bool is_mappable = false;
template <class F, class R, class... Ps>
inline constexpr bool is_mappable<F, call_signature<R, Ps...>> =
    good_callable<F> && good_signature<R, Ps...> && !is_buffer<R> &&
    (!(is_buffer<stored_t<Ps>> || is_shared_handle<stored_t<Ps>>)&&...);

/// In place of the signature of a call that was refused.
struct refused_call {
    using result = void;
    static constexpr std::size_t arity = 0;
};

template <class F, class R, class... Ps>
constexpr void check_mappable()
{
    constexpr bool has_buffer = (is_buffer<R> || ... || is_buffer<stored_t<Ps>>);
    constexpr bool has_handle = (is_shared_handle<stored_t<Ps>> || ...);
    static_assert(!has_buffer,
                  "procpool: a buffer goes to a task of its own; use async_submit(), or a std::vector as parameter and "
                  "result of a function that is mapped");
    static_assert(
        !has_handle,
        "procpool: a queue or a pipe is no element that is mapped; use async_submit() for each, or give one to "
        "all workers with pool_options::initializer");
    if constexpr (!has_buffer && !has_handle) {
        static_cast<void>(check_callable<F>());
        check_signature<R, Ps...>();
    }
}

/// What the chunks of one function have in common. A budget and elements follow.
template <class F, class R, class... Ps>
call chunk_head(const F& fn, call_signature<R, Ps...> signature)
{
    check_mappable<F, R, Ps...>();
    call made;
    if constexpr (is_mappable<F, call_signature<R, Ps...>>) {
        encoder to(made.bytes);
        begin_chunk(made, to, fn, signature);
        callable_codec<F>::encode(made, to, fn);
        made.bytes.align(sizeof(element_mark));
    }
    return made;
}
template <class F>
call chunk_head(const F&, refused_call)
{
    return {};
}

} // namespace procpool::detail
