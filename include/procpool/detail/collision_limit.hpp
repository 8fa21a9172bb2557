// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/byte_source.hpp>

#include <cstddef>

namespace procpool::detail {

/// Bounds the work of filling hash tables with keys that a worker may have chosen so that all share a bucket: each new
/// key is compared with those before it, which is quadratic. Keys that a hash spreads are compared with one or two.
class collision_limit {
public:
    /// A key, read from so many bytes, is about to be put into the table. Refuses the bytes when the limit is reached.
    template <class Table>
    void check(const Table& table, const typename Table::key_type& key, std::size_t bytes)
    {
        const std::size_t cost = 1 + bytes / bytes_compared_at_once;
        if (table.bucket_count() == 0) // as a new table of libc++
            return;
        const auto bucket = table.bucket(key);
        left_ += comparisons_for_each_key * cost;
        for (auto at = table.begin(bucket); at != table.end(bucket) && !table.key_eq()(key_of<Table>(*at), key); ++at) {
            if (left_ < cost)
                byte_source::refuse("the keys of an unordered container collide too often: its hash must spread them");
            left_ -= cost;
        }
    }

private:
    static constexpr std::size_t bytes_compared_at_once = 64;
    static constexpr std::size_t comparisons_for_each_key = 64;
    static constexpr std::size_t in_any_case = std::size_t{1} << 24; // some hundredths of a second

    template <class Table>
    static const typename Table::key_type& key_of(const typename Table::value_type& element) noexcept
    {
        if constexpr (requires { typename Table::mapped_type; })
            return element.first;
        else
            return element;
    }

    std::size_t left_ = in_any_case;
};

} // namespace procpool::detail
