// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/reader.hpp>
#include <procpool/detail/sequences.hpp>

#include <cereal/types/unordered_map.hpp>
#include <cereal/types/unordered_set.hpp>

#include <cstddef>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace procpool::detail {

template <class Map>
void load_hashed_map(reader& from, Map& map)
{
    map.clear();
    for (auto count = load_count<void>(from); count != 0; --count) {
        auto key = typename Map::key_type();
        auto value = typename Map::mapped_type();
        const auto before = from.remaining();
        from(cereal::make_map_item(key, value));
        from.collisions().check(map, key, before - from.remaining());
        map.emplace(std::move(key), std::move(value));
    }
}

template <class Set>
void load_hashed_set(reader& from, Set& set)
{
    set.clear();
    for (auto count = load_count<void>(from); count != 0; --count) {
        auto key = typename Set::key_type();
        const auto before = from.remaining();
        from(key);
        from.collisions().check(set, key, before - from.remaining());
        set.emplace(std::move(key));
    }
}

} // namespace procpool::detail

namespace procpool {

/// @cond cereal's own functions put no limit on collisions, and are less specialized.
template <class Key, class T, class Hash, class Equal, class Allocator>
void load(reader& from, std::unordered_map<Key, T, Hash, Equal, Allocator>& map)
{
    detail::load_hashed_map(from, map);
}

template <class Key, class T, class Hash, class Equal, class Allocator>
void load(reader& from, std::unordered_multimap<Key, T, Hash, Equal, Allocator>& map)
{
    detail::load_hashed_map(from, map);
}

template <class Key, class Hash, class Equal, class Allocator>
void load(reader& from, std::unordered_set<Key, Hash, Equal, Allocator>& set)
{
    detail::load_hashed_set(from, set);
}

template <class Key, class Hash, class Equal, class Allocator>
void load(reader& from, std::unordered_multiset<Key, Hash, Equal, Allocator>& set)
{
    detail::load_hashed_set(from, set);
}
/// @endcond

} // namespace procpool
