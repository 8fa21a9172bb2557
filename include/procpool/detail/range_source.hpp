// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/stream_state.hpp>

#include <concepts>
#include <ranges>
#include <tuple>

namespace procpool::detail {

template <class E>
concept tuple_like = requires { std::tuple_size<E>::value; };

/// F applied to the parts of a tuple.
template <class F, class E, class Index>
struct parts_call;
template <class F, class E, std::size_t... I>
struct parts_call<F, E, std::index_sequence<I...>> {
    template <std::size_t Place>
    using part = std::remove_cvref_t<std::tuple_element_t<Place, E>>;

    static constexpr bool fits = callable_with<F, part<I>...>;
    static auto signature() -> signature_for_t<F, part<I>...>;
};
template <class F, class E>
using parts_call_of = parts_call<F, E, std::make_index_sequence<std::tuple_size_v<E>>>;

template <class F>
inline constexpr bool may_take_one = true;
template <has_fixed_signature F>
inline constexpr bool may_take_one<F> = fixed_signature<F>::type::arity == 1;

/// F applied to an element: to the element itself; if F does not take that, to the parts of a tuple.
template <class F, class E>
struct element_call {
    static constexpr bool in_parts = false;
    static auto signature()
    {
        static_assert(may_take_one<F>,
                      "procpool: each element that is mapped is one argument: the function must take one parameter, or "
                      "the elements be tuples of its parameters");
        if constexpr (may_take_one<F>)
            check_call<F, E>();
        if constexpr (callable_with<F, E>)
            return signature_for_t<F, E>();
        else
            return refused_call();
    }
};
template <class F, tuple_like E>
    requires(!callable_with<F, E> && parts_call_of<F, E>::fits)
struct element_call<F, E> {
    static constexpr bool in_parts = true;
    static auto signature() { return decltype(parts_call_of<F, E>::signature())(); }
};

template <class R, class P, class E>
void encode_element(call& made, encoder& to, call_signature<R, P>, E&& element)
{
    encode_argument<P>(made, to, std::forward<E>(element));
}

template <class R, class... Ps, class E>
void encode_parts(call& made, encoder& to, call_signature<R, Ps...>, E&& element)
{
    std::apply([&](auto&&... parts) { (encode_argument<Ps>(made, to, std::forward<decltype(parts)>(parts)), ...); },
               std::forward<E>(element));
}

/// The elements of a range as arguments of F.
template <class View, class F>
class range_source final : public element_source {
public:
    using call_type = element_call<F, std::remove_cvref_t<std::ranges::range_reference_t<View>>>;
    using signature = decltype(call_type::signature());

    explicit range_source(View view) : view_(std::move(view)) {}

    bool next(call& to) override
    {
        if (over_)
            return false;
        over_ = true; // also if the input throws
        advance();
        if (*at_ == std::ranges::end(view_))
            return false;
        auto&& element = **at_;
        over_ = false;
        encode(to, std::forward<decltype(element)>(element));
        return true;
    }

private:
    void advance()
    {
        if (at_)
            ++*at_;
        else
            at_.emplace(std::ranges::begin(view_));
    }
    template <class E>
    static void encode(call& made, E&& element)
    {
        encoder to(made.bytes);
        if constexpr (!is_mappable<F, signature>)
            return;
        else if constexpr (call_type::in_parts)
            encode_parts(made, to, signature(), std::forward<E>(element));
        else if constexpr (signature::arity == 1)
            encode_element(made, to, signature(), std::forward<E>(element));
    }

    View view_;
    std::optional<std::ranges::iterator_t<View>> at_;
    bool over_ = false;
};

/// What results of F over the elements of a View are in a stream.
template <class View, class F>
struct stream_value {
    using result = typename range_source<View, F>::signature::result;
    static constexpr bool has_value = !std::is_void_v<result> && flaw_of_result<result>() == result_flaw::none;
    using type = std::conditional_t<has_value, result, std::monostate>;
};
template <class View, class F>
using stream_value_t = typename stream_value<View, std::decay_t<F>>::type;

template <class View, class F>
stream_setup setup_stream(const map_options& options, bool in_order, const F& fn, View view)
{
    using source = range_source<View, F>;
    return {.head = chunk_head(fn, typename source::signature()),
            .source = std::make_unique<source>(std::move(view)),
            .options = options,
            .in_order = in_order};
}

} // namespace procpool::detail
