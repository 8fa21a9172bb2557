// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/archive_traits.hpp>
#include <procpool/detail/hash_tables.hpp>
#include <procpool/detail/sequences.hpp>

#include <cereal/types/array.hpp>
#include <cereal/types/atomic.hpp>
#include <cereal/types/bitset.hpp>
#include <cereal/types/chrono.hpp>
#include <cereal/types/complex.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/memory.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/queue.hpp>
#include <cereal/types/set.hpp>
#include <cereal/types/stack.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/tuple.hpp>
#include <cereal/types/utility.hpp>
#include <cereal/types/variant.hpp>

#include <boost/system/error_code.hpp>

#include <concepts>
#include <filesystem>
#include <system_error>

namespace procpool {

namespace detail {

PROCPOOL_DECL void save_error_code(writer& to, const std::error_code& code);
PROCPOOL_DECL void load_error_code(reader& from, std::error_code& code);
PROCPOOL_DECL void load_error_code(reader& from, boost::system::error_code& code);

} // namespace detail

/// @cond What cereal lacks. Templates, because these types are made implicitly from many others.
template <std::same_as<std::filesystem::path> T>
void save(writer& to, const T& path)
{
    to(path.native());
}

template <std::same_as<std::filesystem::path> T>
void load(reader& from, T& path)
{
    std::string text;
    from(text);
    path = std::move(text);
}

/// cereal would copy sizeof(array) bytes, which is 1, from nowhere.
template <class T>
void save(writer&, const std::array<T, 0>&)
{
}

template <class T>
void load(reader&, std::array<T, 0>&)
{
}

/// cereal puts each element before its equals and so turns their order around.
template <class Key, class T, class Less, class Allocator>
void load(reader& from, std::multimap<Key, T, Less, Allocator>& map)
{
    map.clear();
    for (auto count = detail::load_count<void>(from); count != 0; --count) {
        Key key{};
        T value{};
        from(cereal::make_map_item(key, value));
        map.emplace_hint(map.end(), std::move(key), std::move(value));
    }
}

template <class Key, class Less, class Allocator>
void load(reader& from, std::multiset<Key, Less, Allocator>& set)
{
    set.clear();
    for (auto count = detail::load_count<void>(from); count != 0; --count) {
        Key key{};
        from(key);
        set.emplace_hint(set.end(), std::move(key));
    }
}

template <class T>
concept any_error_code = std::same_as<T, std::error_code> || std::same_as<T, boost::system::error_code>;

template <any_error_code T>
void save(writer& to, const T& code)
{
    detail::save_error_code(to, code);
}

template <any_error_code T>
void load(reader& from, T& code)
{
    detail::load_error_code(from, code);
}
/// @endcond

} // namespace procpool
