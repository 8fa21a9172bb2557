// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>

namespace procpool::detail {

/// Goes over what a stream's blocking next() gives.
template <class Stream>
class stream_iterator {
public:
    using value_type = typename Stream::value_type;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    explicit stream_iterator(Stream& of) : of_(&of) { ++*this; }

    value_type& operator*() const noexcept { return *current_; }
    stream_iterator& operator++()
    {
        current_.reset();
        if (auto next = of_->next())
            current_.emplace(*std::move(next));
        return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const stream_iterator& at, std::default_sentinel_t) noexcept { return !at.current_; }

private:
    Stream* of_;
    mutable std::optional<value_type> current_;
};

} // namespace procpool::detail
