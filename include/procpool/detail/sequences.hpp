// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/reader.hpp>
#include <procpool/detail/writer.hpp>

#include <cereal/types/deque.hpp>
#include <cereal/types/forward_list.hpp>
#include <cereal/types/list.hpp>
#include <cereal/types/valarray.hpp>
#include <cereal/types/vector.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>

namespace procpool::detail {

/// Any pattern of bits is a value: such elements are copied in one go.
template <class T>
concept bulk = (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) || std::is_same_v<T, std::byte>;

template <class T>
std::size_t load_count(reader& from)
{
    cereal::size_type count = 0;
    from(cereal::make_size_tag(count));
    if constexpr (bulk<T>)
        from.check_count(count, sizeof(T));
    return static_cast<std::size_t>(count);
}

/// Appends while it reads. cereal's own functions make all elements first: a count of a few bytes could then ask for
/// any amount of memory, when the elements are big in memory and small in bytes.
template <class Sequence>
void load_each(reader& from, Sequence& into, std::size_t count)
{
    into.clear();
    for (; count != 0; --count)
        from(into.emplace_back());
}

} // namespace procpool::detail

namespace procpool {

/// @cond cereal finds these by argument-dependent lookup.
template <detail::bulk T, class Allocator>
void save(writer& to, const std::vector<T, Allocator>& vector)
{
    to(cereal::make_size_tag(static_cast<cereal::size_type>(vector.size())));
    to.append(vector.data(), vector.size() * sizeof(T));
}

template <class T, class Allocator>
    requires(!std::is_same_v<T, bool>)
void load(reader& from, std::vector<T, Allocator>& vector)
{
    const auto count = detail::load_count<T>(from);
    if constexpr (detail::bulk<T>) {
        vector.resize(count);
        from.extract(vector.data(), count * sizeof(T));
    } else {
        vector.reserve(std::min(count, from.remaining() / sizeof(T)));
        detail::load_each(from, vector, count);
    }
}

template <class T, class Allocator>
void load(reader& from, std::deque<T, Allocator>& deque)
{
    detail::load_each(from, deque, detail::load_count<void>(from));
}

template <class T, class Allocator>
void load(reader& from, std::list<T, Allocator>& list)
{
    detail::load_each(from, list, detail::load_count<void>(from));
}

template <class T, class Allocator>
void load(reader& from, std::forward_list<T, Allocator>& list)
{
    list.clear();
    auto last = list.before_begin();
    for (auto count = detail::load_count<void>(from); count != 0; --count)
        from(*(last = list.emplace_after(last)));
}

// cereal's own functions name the first element, which an empty array does not have.
template <class T>
void save(writer& to, const std::valarray<T>& array)
{
    to(cereal::make_size_tag(static_cast<cereal::size_type>(array.size())));
    if constexpr (detail::bulk<T>)
        to.append(std::begin(array), array.size() * sizeof(T));
    else
        for (const T& element : array)
            to(element);
}

template <class T>
void load(reader& from, std::valarray<T>& array)
{
    if constexpr (detail::bulk<T>) {
        array.resize(detail::load_count<T>(from));
        from.extract(std::begin(array), array.size() * sizeof(T));
    } else {
        std::deque<T> elements;
        from(elements);
        array.resize(elements.size());
        std::ranges::move(elements, std::begin(array));
    }
}
/// @endcond

} // namespace procpool
