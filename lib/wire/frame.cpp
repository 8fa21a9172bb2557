// SPDX-License-Identifier: BSL-1.0
#include "wire/frame.hpp"

#include "wire/control_page.hpp"

#include <algorithm>
#include <cstring>

namespace procpool::wire {
namespace {

constexpr std::size_t read_size = 64 * 1024; // a pipe's default capacity
constexpr std::size_t shrink_above = 1024 * 1024;

} // namespace

std::span<std::byte> frame_reader::prepare()
{
    make_room();
    return std::span(buffer_).subspan(end_);
}

// Grows by doubling what has arrived, so a header that claims terabytes costs nothing until they come.
void frame_reader::make_room()
{
    if (begin_ == end_ && buffer_.size() > shrink_above)
        buffer_ = {};
    if (begin_ != 0) {
        std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                  buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
        end_ -= begin_;
        begin_ = 0;
    }
    if (buffer_.size() - end_ >= read_size / 2)
        return;
    const std::size_t needed = std::max(wanted_, end_ + read_size);
    const std::size_t affordable = std::max(2 * end_, end_ + read_size);
    buffer_.extend(std::min(needed, affordable) - buffer_.size());
}

std::optional<frame> frame_reader::next()
{
    std::optional<frame> found;
    const std::size_t available = end_ - begin_;
    if (broken_ || available < sizeof(frame_header) || available < wanted_)
        return found;
    auto& header =
        found.emplace().header; // in its place: a copy right after its fields were written would wait for them
    std::memcpy(&header, buffer_.data() + begin_, sizeof(header));
    broken_ = !acceptable(header);
    const std::size_t size = sizeof(header) + padded(header.size);
    if (broken_ || available < size) {
        wanted_ = size;
        found.reset();
        return found;
    }
    found->payload = std::span(buffer_).subspan(begin_ + sizeof(header), header.size);
    begin_ += size;
    wanted_ = 0;
    return found;
}

bool frame_reader::acceptable(const frame_header& header) const noexcept
{
#ifndef PROCPOOL_PLANTED_BUG // what the fuzz target must find
    if (header.size > max_payload_)
        return false;
#endif
    return header.kind >= frame_kind::configure && header.kind <= frame_kind::forked && header.slot < slot_count;
}

} // namespace procpool::wire
