// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/serializable.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace procpool::detail {

/// The element type of a parameter that shows a sequence of constants.
template <class View>
struct viewed {};
template <class Char, class Traits>
struct viewed<std::basic_string_view<Char, Traits>> {
    using type = Char;
};
template <class T>
struct viewed<std::span<const T>> {
    using type = T;
};

/// std::string_view and its kin, and std::span<const T>, over elements that can be serialized.
template <class View>
concept readable_view = requires { typename viewed<View>::type; } && deeply_serializable<typename viewed<View>::type>();

/// Elements that are their own bytes, so that a view can show the bytes of the call themselves.
template <class View>
concept bitwise_view = readable_view<View> && std::is_trivially_copyable_v<typename viewed<View>::type> &&
                       std::is_trivially_default_constructible_v<typename viewed<View>::type>;

/// The reader promises no more than an alignment of 8.
template <class T>
inline constexpr std::size_t wire_alignment = std::min<std::size_t>(alignof(T), 8);

/// To a writer, or, because such a view needs no archive, to a byte_buffer.
template <class To, bitwise_view View>
void write_view(To& to, const View& view)
{
    using element = typename viewed<View>::type;
    const std::uint64_t count = view.size();
    to.append(&count, sizeof(count));
    to.align(wire_alignment<element>);
    to.append(view.data(), view.size() * sizeof(element));
}

template <readable_view View>
    requires(!bitwise_view<View>)
void write_view(writer& to, const View& view)
{
    to(cereal::make_size_tag(static_cast<cereal::size_type>(view.size())));
    for (const auto& element : view)
        to(element);
}

/// A view together with what it shows, unless that is the reader's bytes.
template <class View>
struct stored_view {
    std::shared_ptr<const void> owned;
    View view;
};

template <class T>
bool is_aligned(std::span<const std::byte> bytes) noexcept
{
    return reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(T) == 0;
}

template <bitwise_view View>
stored_view<View> read_view(byte_source& from)
{
    using element = typename viewed<View>::type;
    std::uint64_t count = 0;
    from.extract(&count, sizeof(count));
    from.align(wire_alignment<element>);
    from.check_count(count, sizeof(element));
    const auto size = static_cast<std::size_t>(count);
    const auto bytes = from.take(size * sizeof(element));
    if (is_aligned<element>(bytes))
        return {nullptr, View(reinterpret_cast<const element*>(bytes.data()), size)};
    std::shared_ptr<element[]> copy(new element[size]);
    std::memcpy(copy.get(), bytes.data(), bytes.size());
    return {copy, View(copy.get(), size)};
}

template <readable_view View>
    requires(!bitwise_view<View>)
stored_view<View> read_view(reader& from)
{
    auto elements = std::make_shared<std::vector<typename viewed<View>::type>>();
    from(*elements);
    return {elements, View(elements->data(), elements->size())};
}

} // namespace procpool::detail
