// SPDX-License-Identifier: BSL-1.0
#include "wire/outbox.hpp"

#include <algorithm>

namespace procpool::wire {

bool outbox_writer::add(std::span<const std::byte> frame) noexcept
{
    const std::size_t used = position_ - begin_;
    if (frame.size() > outbox_size - used)
        return false;
    std::copy(frame.begin(), frame.end(), shared_.bytes.begin() + static_cast<std::ptrdiff_t>(used));
    position_ += frame.size();
    shared_.end.store(position_, std::memory_order_release); // only now does the answer exist for the parent
    return true;
}

std::span<const std::byte> outbox_writer::unsent() const noexcept
{
    return std::span(shared_.bytes).first(position_ - begin_);
}

// The order matters for a parent that copies at this moment: it reads begin, end, the bytes, and begin again.
void outbox_writer::restart_at(std::uint64_t position) noexcept
{
    begin_ = position_ = position;
    shared_.end.store(position, std::memory_order_release);
    shared_.begin.store(position, std::memory_order_release);
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

std::size_t answer_stream::skip(std::size_t count) noexcept
{
    const auto known = std::min<std::uint64_t>(count, received_ - piped_);
    piped_ += count;
    received_ = std::max(received_, piped_);
    return known;
}

std::vector<std::byte> answer_stream::collect(const outbox& shared)
{
    const auto begin = shared.begin.load(std::memory_order_acquire);
    const auto end = shared.end.load(std::memory_order_acquire);
    if (begin > received_ || end <= received_)
        return {};
#ifndef PROCPOOL_PLANTED_BUG // what the fuzz target must find
    if (end - begin > outbox_size)
        return {};
#endif
    const auto source = std::span(shared.bytes).subspan(received_ - begin, end - received_);
    std::vector<std::byte> copy(source.begin(), source.end());
    std::atomic_thread_fence(std::memory_order_acquire);
    if (shared.begin.load(std::memory_order_acquire) != begin)
        return {};
    received_ = end;
    return copy;
}

} // namespace procpool::wire
