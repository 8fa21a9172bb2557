// SPDX-License-Identifier: BSL-1.0
#include "wire/chunk_log.hpp"

#include "wire/frame.hpp"

#include <procpool/detail/chunk.hpp>

#include <algorithm>
#include <cstring>

namespace procpool::wire {

// The id comes last: a task whose id is here has a count of its own.
void chunk_log::begin(std::uint64_t id) noexcept
{
    task.store(0, std::memory_order_release);
    answered.store(0, std::memory_order_relaxed);
    used.store(0, std::memory_order_relaxed);
    task.store(id, std::memory_order_release);
}

// The count comes last: what it counts is complete.
bool chunk_log::add(std::span<const std::byte> answer) noexcept
{
    const std::uint64_t at = used.load(std::memory_order_relaxed);
    if (answer.size() > chunk_log_size - at)
        return false;
    std::memcpy(bytes.data() + at, answer.data(), answer.size());
    used.store(at + answer.size(), std::memory_order_relaxed);
    answered.store(answered.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    return true;
}

// The worker could write anything here: only the reader of the answers tells whether they make sense.
detail::byte_buffer chunk_log::left_of(std::uint64_t id) const
{
    detail::byte_buffer left;
    if (task.load(std::memory_order_acquire) != id)
        return left;
    const detail::chunk_summary summary{.ran_ns = 0, .answered = answered.load(std::memory_order_acquire)};
    left.append(&summary, sizeof(summary));
    left.append(bytes.data(), std::min<std::uint64_t>(used.load(std::memory_order_relaxed), chunk_log_size));
    return left;
}

std::uint64_t max_answer_bytes(std::uint64_t max_result_bytes) noexcept
{
    constexpr std::uint64_t marks = sizeof(detail::chunk_summary) + 2 * sizeof(detail::element_mark); // and padding
    return max_result_bytes + max_exception_bytes + chunk_log_size + marks;
}

} // namespace procpool::wire
