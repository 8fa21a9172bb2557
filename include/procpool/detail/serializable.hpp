// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/buffer.hpp>
#include <procpool/detail/parts.hpp>

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

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

/// Why a type cannot be serialized, its parts aside.
enum class flaw {
    none,
    raw_pointer,
    reference,
    constant,
    view,
    buffer,
    function,
    bind,
    socket,
    native_handle,
    abstract_class,
    no_default_constructor,
    large_aggregate,
    many_members,
    uninitializable_member,
    opaque_aggregate,
    no_functions
};

template <class T>
inline constexpr bool is_std_function = false;
template <class Signature>
inline constexpr bool is_std_function<std::function<Signature>> = true;

template <class T>
concept has_native_handle = requires(T& object) { object.native_handle(); };

template <class T>
consteval flaw flaw_of_aggregate()
{
    if constexpr (sizeof(T) > max_aggregate_size)
        return flaw::large_aggregate;
    else if constexpr (!has_initializable_members<T>)
        return flaw::uninitializable_member;
    else if constexpr (has_too_many_members<T>())
        return flaw::many_members;
    else
        return flaw::opaque_aggregate;
}

/// For a class without functions for cereal.
template <class T>
consteval flaw flaw_of_class()
{
    if constexpr (is_std_function<T>)
        return flaw::function;
    else if constexpr (std::is_bind_expression_v<T>)
        return flaw::bind;
    else if constexpr (has_native_handle<T> && requires { typename T::protocol_type; })
        return flaw::socket;
    else if constexpr (has_native_handle<T>)
        return flaw::native_handle;
    else if constexpr (plain_aggregate<T>)
        return flaw_of_aggregate<T>();
    else
        return flaw::no_functions;
}

/// For a T that is not serializable although its parts are.
template <class T>
consteval flaw flaw_of()
{
    if constexpr (std::is_pointer_v<T> || std::is_member_pointer_v<T>)
        return flaw::raw_pointer;
    else if constexpr (std::is_reference_v<T>)
        return flaw::reference;
    else if constexpr (is_view<std::remove_const_t<T>>)
        return flaw::view;
    else if constexpr (is_buffer<T>)
        return flaw::buffer;
    else if constexpr (std::is_const_v<T>)
        return flaw::constant;
    else if constexpr (std::is_abstract_v<T>)
        return flaw::abstract_class;
    else if constexpr (shallow_serializable<T>)
        return flaw::no_default_constructor;
    else
        return flaw_of_class<T>();
}

/// Fails to compile, with the sentence for what is wrong with a T. A class, because a function whose static_assert is
/// false is one error more where it is called in a constant expression.
template <class T, flaw Flaw = flaw_of<T>()>
struct refuse {
    static_assert(Flaw != flaw::raw_pointer,
                  "procpool: a raw pointer means nothing in another process; pass the value itself, or a "
                  "std::unique_ptr or std::shared_ptr to it");
    static_assert(Flaw != flaw::reference,
                  "procpool: a reference means nothing in another process; pass and return values");
    static_assert(
        Flaw != flaw::constant,
        "procpool: what is const cannot be read back; leave out the const, also that of a map's key in a pair");
    static_assert(Flaw != flaw::view,
                  "procpool: a view cannot be kept or returned, what it shows stays in the other process; use "
                  "std::string or std::vector");
    static_assert(Flaw != flaw::buffer, "procpool: a buffer goes by itself, as a parameter or as the result, not "
                                        "inside of another value");
    static_assert(Flaw != flaw::function,
                  "procpool: a std::function cannot be serialized, because it may hold anything; pass a function or a "
                  "lambda without captures, and its data as arguments");
    static_assert(Flaw != flaw::bind,
                  "procpool: the result of std::bind cannot be serialized; pass the function, and what is bound as its "
                  "arguments");
    static_assert(Flaw != flaw::socket,
                  "procpool: a socket belongs to this process and cannot be serialized; read and write it here and "
                  "pass the bytes, or pass the address and connect in the task");
    static_assert(
        Flaw != flaw::native_handle,
        "procpool: a class with a native_handle(), such as a thread, a mutex or a file, belongs to this "
        "process and cannot be serialized; make it in the task, from a path or another value, or give a class "
        "of yours a serialize() function for cereal");
    static_assert(Flaw != flaw::abstract_class,
                  "procpool: an abstract class cannot be made from bytes; pass a std::unique_ptr or a std::shared_ptr "
                  "to it, and register its derived classes with CEREAL_REGISTER_TYPE");
    static_assert(Flaw != flaw::large_aggregate,
                  "procpool: this aggregate is larger than 16 KiB and is not taken apart, because that would take too "
                  "much of the compiler's memory; give it a serialize() function for cereal");
    static_assert(Flaw != flaw::many_members,
                  "procpool: this aggregate has more than 100 members, each element of a C array being one, and cannot "
                  "be taken apart; give it a serialize() function for cereal");
    static_assert(
        Flaw != flaw::uninitializable_member,
        "procpool: this aggregate has a member that {} cannot initialize, such as a reference, a socket, or a "
        "class without a non-explicit default constructor; leave it out, or give the aggregate a serialize() "
        "function for cereal");
    static_assert(
        Flaw != flaw::opaque_aggregate,
        "procpool: this aggregate has a C array or a base class and cannot be taken apart; use std::array and "
        "members, or give it a serialize() function for cereal");
    static_assert(Flaw != flaw::no_functions,
                  "procpool: this type cannot be serialized; make it an aggregate, or give it a serialize() function "
                  "for cereal");
    static_assert(Flaw != flaw::no_default_constructor,
                  "procpool: this class cannot be read back, it has no public default constructor; give it one, or a "
                  "load_and_construct() function for cereal");
};

template <class List, class... Outer>
inline constexpr bool all_serializable = false;
template <class... Parts, class... Outer>
inline constexpr bool all_serializable<type_list<Parts...>, Outer...> = (deeply_serializable<Parts, Outer...>() && ...);

/// T is to blame itself, not one of its parts.
template <class T, class... Outer>
concept flawed = !shallow_serializable<T> || all_serializable<typename parts<T>::type, Outer..., T>;

/// Fails to compile, with the reason, where a type that is not serializable lies inside T.
template <class T, class... Outer>
struct explain;

/// Names the owner and the index of the member or element that is to blame, in the compiler's notes.
template <class Owner, std::size_t Index, class Part, class... Outer>
struct explain_part {
    explain<Part, Outer..., Owner> part;
};

template <class T, class Parts, class Indices, class... Outer>
struct explain_parts;
template <class T, class... Parts, std::size_t... Index, class... Outer>
struct explain_parts<T, type_list<Parts...>, std::index_sequence<Index...>, Outer...>
    : explain_part<T, Index, Parts, Outer...>... {};

template <class T, class... Outer>
struct explain
    : explain_parts<T, typename parts<T>::type, std::make_index_sequence<count_of<typename parts<T>::type>>, Outer...> {
};
template <class T, class... Outer>
    requires(deeply_serializable<T, Outer...>())
struct explain<T, Outer...> {};
template <class T, class... Outer>
    requires(!deeply_serializable<T, Outer...>() && flawed<T, Outer...>)
struct explain<T, Outer...> : refuse<T> {};

/// Fails to compile, with the reason, where T cannot be an item of a queue or a pipe.
template <class T>
struct check_item : explain<T> {
    static_assert(!is_shared_handle<T>,
                  "procpool: a queue or a pipe is no item of another one: pass it as an argument of a task");
};

} // namespace procpool::detail
