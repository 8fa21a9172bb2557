// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace procpool::link {

/// The lines that a worker wrote to stderr last, for its crash report.
class last_lines {
public:
    void add(std::string_view line)
    {
        lines_.emplace_back(line.substr(0, most_bytes));
        bytes_ += lines_.back().size();
        while (lines_.size() > most_lines || bytes_ > most_bytes) {
            bytes_ -= lines_.front().size();
            lines_.pop_front();
        }
    }
    std::vector<std::string> all() const { return {lines_.begin(), lines_.end()}; }

private:
    static constexpr std::size_t most_lines = 10;
    static constexpr std::size_t most_bytes = 4096;

    std::deque<std::string> lines_;
    std::size_t bytes_ = 0;
};

} // namespace procpool::link
