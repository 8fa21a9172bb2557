// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/sequences.hpp>

#include <string>
#include <type_traits>
#include <vector>

namespace procpool::detail {

template <class T>
struct representation {
    using type = T;
};
template <class T>
    requires std::is_enum_v<T>
struct representation<T> {
    using type = std::underlying_type_t<T>;
};

/// Values that are their own bytes on the wire, as an archive would write them too.
template <class T>
concept plain = bulk<typename representation<T>::type>;

template <class T>
inline constexpr bool is_plain_sequence = false;
template <bulk T, class Allocator>
inline constexpr bool is_plain_sequence<std::vector<T, Allocator>> = true;
template <bulk Char, class Traits, class Allocator>
inline constexpr bool is_plain_sequence<std::basic_string<Char, Traits, Allocator>> = true;

/// A count, then the bytes of the elements, as an archive would write them too.
template <class T>
concept plain_sequence = is_plain_sequence<T>;

} // namespace procpool::detail
