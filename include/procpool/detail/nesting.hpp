// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <cereal/types/memory.hpp>

#include <cstddef>
#include <type_traits>

namespace procpool {

/// How deep values may be nested in each other, as elements, members or pointees; deeper ones are refused by writer and
/// reader. Each level costs stack: without a bound, two megabytes of nested pointers from a hostile worker would
/// overflow it. With it, an 8 MiB stack suffices also under the sanitizers.
inline constexpr std::size_t max_nesting = 512;

namespace detail {

/// What cereal wraps around a value on the way to the archive. A wrapper is no level of its own.
template <class T>
inline constexpr bool is_wrapper = false;
template <class T>
inline constexpr bool is_wrapper<cereal::NameValuePair<T>> = true;
template <class T>
inline constexpr bool is_wrapper<cereal::SizeTag<T>> = true;
template <class T>
inline constexpr bool is_wrapper<cereal::BinaryData<T>> = true;
template <class Key, class Value>
inline constexpr bool is_wrapper<cereal::MapItem<Key, Value>> = true;
template <class T>
inline constexpr bool is_wrapper<cereal::memory_detail::PtrWrapper<T>> = true;
template <class Archive, class T>
inline constexpr bool is_wrapper<cereal::memory_detail::LoadAndConstructLoadWrapper<Archive, T>> = true;

/// A value that others may be nested in.
template <class T>
concept nestable = std::is_class_v<T> && !is_wrapper<T>;

/// A value without state takes one byte all the same: a count of elements is checked against the bytes that remain,
/// so elements of no size would be refused.
template <class T>
concept stateless = nestable<T> && std::is_empty_v<T>;

/// The present depth of a writer or reader.
class nesting {
public:
    void enter()
    {
        if (++depth_ > max_nesting)
            refuse();
    }
    void leave() noexcept { --depth_; }

private:
    [[noreturn]] PROCPOOL_DECL static void refuse();

    std::size_t depth_ = 0;
};

} // namespace detail
} // namespace procpool
