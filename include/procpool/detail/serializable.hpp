// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/buffer.hpp>
#include <procpool/detail/parts.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace procpool::detail {

template <class T>
inline constexpr bool is_view = false;
template <class Char, class Traits>
inline constexpr bool is_view<std::basic_string_view<Char, Traits>> = true;
template <class T, std::size_t N>
inline constexpr bool is_view<std::span<T, N>> = true;

/// A handle of what processes share: a queue, a pipe. It goes to another process as an argument only.
template <class T>
inline constexpr bool is_shared_handle = false;

/// The reader can make one to read into.
template <class T>
concept constructible = !std::is_class_v<T> || std::is_default_constructible_v<T> ||
                        cereal::traits::has_load_and_construct<T, reader>::value;

/// T by itself, whatever its parts are. Raw pointers are asked for first: cereal answers yes for them and then fails.
template <class T>
concept shallow_serializable =
    std::is_object_v<T> && !std::is_const_v<T> && !std::is_pointer_v<T> && !std::is_member_pointer_v<T> &&
    ((has_save<T> && has_load<T>) || transparent_aggregate<T>);

/// T and everything in it. A type that contains itself (a tree) is met again inside and counts as good there.
template <class T, class... Outer>
consteval bool deeply_serializable()
{
    if constexpr ((std::is_same_v<T, Outer> || ...))
        return true;
    else if constexpr (!shallow_serializable<T>)
        return false;
    else
        return []<class... Parts>(type_list<Parts...>) {
            return (deeply_serializable<Parts, Outer..., T>() && ...);
        }(typename parts<T>::type{}) &&
               constructible<T>;
}

/// Whether a value is of no use in another process and why: one static_assert is false.
template <class T>
struct refuse {
    static_assert(!std::is_pointer_v<T> && !std::is_member_pointer_v<T>,
                  "procpool: a raw pointer means nothing in another process; pass the value itself, or a "
                  "std::unique_ptr or std::shared_ptr to it");
    static_assert(!std::is_reference_v<T>,
                  "procpool: a reference means nothing in another process; pass and return values");
    static_assert(
        !std::is_const_v<T> || std::is_reference_v<T>,
        "procpool: what is const cannot be read back; leave out the const, also that of a map's key in a pair");
    static_assert(!is_view<T>,
                  "procpool: a view cannot be kept or returned, what it shows stays in the other process; use "
                  "std::string or std::vector");
    static_assert(!is_buffer<T>, "procpool: a buffer goes by itself, as a parameter or as the result, not inside of "
                                 "another value");
    static_assert(
        !plain_aggregate<T> || transparent_aggregate<T>,
        "procpool: this aggregate has a C array or a base class and cannot be taken apart; use std::array and "
        "members, or give it a serialize() function for cereal");
    static_assert(is_view<T> || is_buffer<T> || plain_aggregate<T> || std::is_pointer_v<T> || std::is_reference_v<T> ||
                      std::is_const_v<T> || (has_save<T> && has_load<T>),
                  "procpool: this type cannot be serialized; make it an aggregate, or give it a serialize() function "
                  "for cereal");
    static_assert(constructible<T>,
                  "procpool: this class cannot be read back, it has no public default constructor; give it one, or a "
                  "load_and_construct() function for cereal");
};

template <class T, class... Outer>
constexpr void explain();

/// Names the owner and the index of the member or element that is to blame, in the compiler's notes.
template <class Owner, std::size_t Index, class Part, class... Outer>
constexpr void explain_part()
{
    explain<Part, Outer..., Owner>();
}

/// Fails to compile, with the reason, where a type that is not serializable lies inside T.
template <class T, class... Outer>
constexpr void explain()
{
    if constexpr (!shallow_serializable<T>)
        static_cast<void>(refuse<T>{});
    else if constexpr (!deeply_serializable<T, Outer...>())
        []<class... Parts, std::size_t... Index>(type_list<Parts...>, std::index_sequence<Index...>) {
            (explain_part<T, Index, Parts, Outer...>(), ...);
            static_cast<void>(refuse<T>{});
        }(typename parts<T>::type{}, std::make_index_sequence<count_of<typename parts<T>::type>>{});
}

/// Fails to compile, with the reason, where T cannot be an item of a queue or a pipe.
template <class T>
consteval bool check_item()
{
    static_assert(!is_shared_handle<T>,
                  "procpool: a queue or a pipe is no item of another one: pass it as an argument of a task");
    explain<T>();
    return true;
}

} // namespace procpool::detail
