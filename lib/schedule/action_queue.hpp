// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "schedule/action.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace procpool::schedule {

/// Actions in the order in which they were decided. Keeps its memory: it is filled and emptied all the time.
class action_queue {
public:
    bool empty() const noexcept { return next_ == actions_.size(); }
    /// Then the next push() cannot fail.
    void reserve_one()
    {
        if (actions_.size() == actions_.capacity())
            actions_.reserve(std::max<std::size_t>(16, 2 * actions_.size()));
    }
    /// Made in its place: a copy right after its fields were written one by one would wait for them.
    template <class... Fields>
    void push(Fields... fields)
    {
        actions_.emplace_back(fields...);
    }
    /// The one that was pushed last, if it was not taken yet.
    action* last() noexcept { return empty() ? nullptr : &actions_.back(); }
    std::optional<action> pop()
    {
        if (empty())
            return {};
        const action first = actions_[next_++];
        if (empty()) {
            actions_.clear();
            next_ = 0;
        }
        return first;
    }

private:
    std::vector<action> actions_;
    std::size_t next_ = 0;
};

} // namespace procpool::schedule
