// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "wire/output_mark.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace procpool::link {

/// Splits the output of a worker into lines, and removes the marks that say which task wrote them. Holds at most
/// `longest` bytes and a mark, besides the bytes that were added last, whatever the worker writes.
class line_splitter {
public:
    /// A longer line comes in parts.
    static constexpr std::size_t longest = std::size_t{64} * 1024;

    struct line {
        std::uint64_t task = 0; ///< 0: none.
        std::string_view text;  ///< Without the newline. Good until the next add().
        bool is_whole = true;   ///< It had a newline, and is no part of a longer one.
        bool is_rest = false;   ///< What came before it was its beginning.
        bool goes_on = false;   ///< What comes next is its rest.
    };

    explicit line_splitter(wire::output_mark mark) : mark_(std::move(mark)) {}

    void add(std::string_view bytes);
    /// The next line of what was added.
    std::optional<line> next();
    /// After next() has no more, and nothing will be added: the line without a newline at the end.
    std::optional<line> last();

private:
    line take_whole(std::size_t size);
    line take(std::size_t size, bool is_end, bool is_whole);

    wire::output_mark mark_;
    std::string bytes_;
    std::size_t begin_ = 0; // of what was not returned yet
    std::uint64_t task_ = 0;
    bool in_long_line_ = false;
};

} // namespace procpool::link
