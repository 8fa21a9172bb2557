// SPDX-License-Identifier: BSL-1.0
#include "share/queue_page.hpp"

#include <bit>

namespace procpool::share {

bool queue_state::makes_sense() const noexcept
{
    constexpr std::uint64_t longest_tape = std::uint64_t{1} << 62;
    return head <= tail && tail <= longest_tape && taken <= put && (head == tail) == (taken == put) &&
           allocated_from <= allocated_to && allocated_to <= longest_tape;
}

void queue_page::initialize(std::uint64_t maxsize) noexcept
{
    maxsize_ = maxsize;
    magic_ = expected_magic;
}

queue_state queue_page::read() const noexcept
{
    constexpr int most_tries = 1000; // a process that means harm could go on for ever
    std::array<std::uint64_t, words> seen{};
    for (int left = most_tries; left != 0; --left) {
        const auto before = commits_.load(std::memory_order_acquire);
        for (std::size_t i = 0; i != words; ++i)
            seen[i] = copies_[before % 2][i].load(std::memory_order_acquire);
        if (commits_.load(std::memory_order_acquire) == before)
            break;
    }
    return std::bit_cast<queue_state>(seen);
}

void queue_page::commit(const queue_state& next) noexcept
{
    const auto before = commits_.load(std::memory_order_relaxed);
    const auto values = std::bit_cast<std::array<std::uint64_t, words>>(next);
    for (std::size_t i = 0; i != words; ++i)
        copies_[(before + 1) % 2][i].store(values[i], std::memory_order_release);
    commits_.store(before + 1, std::memory_order_release);
}

} // namespace procpool::share
