// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/archive_traits.hpp>

#include <boost/pfr/core.hpp>
#include <boost/pfr/tuple_size.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace procpool::detail {

/// An aggregate that nobody wrote serialization functions for; a user's own always win.
template <class T>
concept plain_aggregate = std::is_class_v<T> && std::is_aggregate_v<T> && !has_save<T> && !has_load<T>;

/// Converts to whatever member it initializes. Never called; defined all the same, because the compilers ask for it
/// when a member has a type without linkage.
template <class Owner>
struct any_member {
    template <class T>
        requires std::is_copy_constructible_v<Owner>
    operator T&() const noexcept
    {
        __builtin_unreachable();
    }
    template <class T>
        requires(!std::is_copy_constructible_v<Owner>)
    operator T() const noexcept
    {
        __builtin_unreachable();
    }
};

/// Converts to a base class of Derived only.
template <class Derived>
struct any_base {
    template <class Base>
        requires(std::is_base_of_v<Base, Derived> && !std::is_same_v<Base, Derived>)
    operator Base&&() const noexcept
    {
        __builtin_unreachable();
    }
};

/// In an aggregate with bases, the first initializer is that of the first base.
template <class T>
concept has_base = requires { T{any_base<T>{}}; };

template <class T, std::size_t>
using any_member_at = any_member<T>;

/// Whether T can be initialized with {} between that many other members.
template <class T, std::size_t... Before, std::size_t... After>
consteval bool has_gap(std::index_sequence<Before...>, std::index_sequence<After...>)
{
    return requires { T{any_member_at<T, Before>{}..., {}, any_member_at<T, After>{}...}; };
}

/// Boost.PFR counts each element of a C array as a member. One {} initializes the whole array, so that afterwards
/// there is no room for as many initializers as PFR counted.
template <class T, std::size_t Count, std::size_t Index>
consteval bool is_array_member()
{
    using before = std::make_index_sequence<Index>;
    return has_gap<T>(before{}, std::index_sequence<>{}) &&
           !has_gap<T>(before{}, std::make_index_sequence<Count - Index - 1>{});
}

template <class T>
consteval bool has_array_member()
{
    constexpr auto count = boost::pfr::tuple_size_v<T>;
    return []<std::size_t... Index>(std::index_sequence<Index...>) {
        return (is_array_member<T, count, Index>() || ...);
    }(std::make_index_sequence<count>{});
}

/// The largest aggregate that Boost.PFR is asked to count the members of. PFR tries numbers up to that of the bits in
/// T, each with a list of as many initializers. At 16 KiB that takes 115 MB of memory in g++ 12 and 290 MB in clang 16;
/// the cost grows with the size, to gigabytes for an array of 256 KiB.
inline constexpr std::size_t max_aggregate_size = std::size_t{16} * 1024;

/// The most members that Boost.PFR can name in all versions: 200 in newer ones than 1.81.
inline constexpr std::size_t max_members = 100;

/// Counts each element of a C array, as Boost.PFR does.
template <class T>
consteval bool has_too_many_members()
{
    return []<std::size_t... Index>(std::index_sequence<Index...>) {
        return requires { T{any_member_at<T, Index>{}...}; };
    }(std::make_index_sequence<max_members + 1>{});
}

/// Where a member cannot be initialized by {}, as with an explicit default constructor, Boost.PFR tries all numbers up
/// to that of the bits in T: gigabytes of memory for 256 bytes. Up to this size it takes a tenth of that.
inline constexpr std::size_t max_size_without_braces = 64;

template <class T>
concept has_initializable_members =
    requires { T{}; } || (std::is_default_constructible_v<T> && sizeof(T) <= max_size_without_braces);

/// An aggregate whose members Boost.PFR can count at little cost.
template <class T>
concept countable_aggregate =
    plain_aggregate<T> && sizeof(T) <= max_aggregate_size && has_initializable_members<T> && !has_too_many_members<T>();

/// An aggregate that Boost.PFR can take apart.
template <class T>
concept transparent_aggregate =
    plain_aggregate<T> && (std::is_empty_v<T> || (countable_aggregate<T> && !has_base<T> && !has_array_member<T>()));

} // namespace procpool::detail

namespace procpool {

/// @cond cereal finds these by argument-dependent lookup.
template <std::same_as<writer> Archive, detail::transparent_aggregate T>
void save(Archive& to, const T& value)
{
    if constexpr (!std::is_empty_v<T>)
        boost::pfr::for_each_field(value, [&to](const auto& member) { to(member); });
}

template <std::same_as<reader> Archive, detail::transparent_aggregate T>
void load(Archive& from, T& value)
{
    if constexpr (!std::is_empty_v<T>)
        boost::pfr::for_each_field(value, [&from](auto& member) { from(member); });
}
/// @endcond

} // namespace procpool
