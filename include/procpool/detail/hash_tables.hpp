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

/// Bounds the work of filling a hash table with keys that a worker may have chosen so that all share a bucket: each new
/// key is compared with those before it, which is quadratic. Keys that a hash spreads are compared with one or two.
class collision_limit {
public:
    /// A key, read from so many bytes, is about to be put into the table. Refuses the bytes when the limit is reached.
    template <class Table>
    void check(const Table& table, const typename Table::key_type& key, std::size_t bytes)
    {
        const std::size_t cost = 1 + bytes / bytes_compared_at_once;
        const auto bucket = table.bucket(key);
        left_ += comparisons_for_each_key * cost;
        for (auto at = table.begin(bucket); at != table.end(bucket) && !table.key_eq()(key_of(*at), key); ++at) {
            if (left_ < cost)
                reader::refuse("the keys of an unordered container collide too often: its hash must spread them");
            left_ -= cost;
        }
    }

private:
    static constexpr std::size_t bytes_compared_at_once = 64;
    static constexpr std::size_t comparisons_for_each_key = 64;
    static constexpr std::size_t in_any_case = std::size_t{1} << 24; // some hundredths of a second

    template <class Key>
    static const Key& key_of(const Key& element) noexcept
    {
        return element;
    }
    template <class Key, class T>
    static const Key& key_of(const std::pair<const Key, T>& element) noexcept
    {
        return element.first;
    }

    std::size_t left_ = in_any_case;
};

template <class Map>
void load_hashed_map(reader& from, Map& map)
{
    map.clear();
    collision_limit collisions;
    for (auto count = load_count<void>(from); count != 0; --count) {
        typename Map::key_type key{};
        typename Map::mapped_type value{};
        const auto before = from.remaining();
        from(cereal::make_map_item(key, value));
        collisions.check(map, key, before - from.remaining());
        map.emplace(std::move(key), std::move(value));
    }
}

template <class Set>
void load_hashed_set(reader& from, Set& set)
{
    set.clear();
    collision_limit collisions;
    for (auto count = load_count<void>(from); count != 0; --count) {
        typename Set::key_type key{};
        const auto before = from.remaining();
        from(key);
        collisions.check(set, key, before - from.remaining());
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
