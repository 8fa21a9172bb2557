// SPDX-License-Identifier: BSL-1.0
#include "link/line_splitter.hpp"

#include <algorithm>

namespace procpool::link {

void line_splitter::add(std::string_view bytes)
{
    bytes_.erase(0, begin_);
    begin_ = 0;
    bytes_ += bytes;
}

std::optional<line_splitter::line> line_splitter::next()
{
    for (;;) {
        const auto rest = std::string_view(bytes_).substr(begin_);
        const auto newline = rest.find('\n');
        const auto piece = rest.substr(0, newline);
        const auto mark = piece.find(mark_.beginning());
        const auto text_size = std::min(mark, piece.size());
        if (text_size > longest && (newline != rest.npos || mark != rest.npos || text_size > longest + mark_.size))
            return take(longest, false, false);
        if (mark == piece.npos && newline == rest.npos)
            return {};
        if (mark == piece.npos)
            return take_whole(newline);
        if (mark != 0)
            return take(mark, true, false);
        if (piece.size() < mark_.size && newline == rest.npos)
            return {};
        if (piece.size() < mark_.size) // A newline is inside, so this is text: to wait for the rest would store all.
            return take_whole(newline);
        task_ = mark_.task_in(piece);
        begin_ += mark_.size;
    }
}

std::optional<line_splitter::line> line_splitter::last()
{
    if (begin_ == bytes_.size())
        return {};
    return take(bytes_.size() - begin_, true, false);
}

line_splitter::line line_splitter::take_whole(std::size_t size)
{
    const line whole = take(size, true, true);
    ++begin_; // the newline
    return whole;
}

line_splitter::line line_splitter::take(std::size_t size, bool is_end, bool is_whole)
{
    const line taken{.task = task_,
                     .text = std::string_view(bytes_).substr(begin_, size),
                     .is_whole = is_whole && !in_long_line_,
                     .is_rest = in_long_line_,
                     .goes_on = !is_end};
    begin_ += size;
    in_long_line_ = !is_end;
    return taken;
}

} // namespace procpool::link
