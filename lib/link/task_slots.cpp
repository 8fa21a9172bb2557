// SPDX-License-Identifier: BSL-1.0
#include "link/task_slots.hpp"

#include "os/futex.hpp"

#include <cassert>

namespace procpool::link {

task_slots::task_slots(wire::control_page& page) noexcept : page_(page)
{
    for (std::size_t i = 0; i != free_.size(); ++i)
        free_[i] = static_cast<std::uint16_t>(free_.size() - 1 - i);
}

std::uint16_t task_slots::take(std::uint64_t id, task& t, std::chrono::steady_clock::time_point deadline) noexcept
{
    assert(free_count_ != 0);
    const std::uint16_t slot = free_[--free_count_];
    ids_[slot] = id;
    tasks_[slot] = &t;
    page_.slots[slot].publish(id, static_cast<std::uint64_t>(deadline.time_since_epoch().count()));
    return slot;
}

void task_slots::ask(std::uint16_t slot) noexcept
{
    page_.slots[slot].stop.store(ids_[slot], std::memory_order_release);
    page_.bell.fetch_add(1, std::memory_order_release);
    os::wake_all_shared(page_.bell);
}

void task_slots::release(std::uint16_t slot) noexcept
{
    tasks_[slot] = nullptr;
    free_[free_count_++] = slot;
}

task* task_slots::take_out(std::uint16_t slot, std::uint64_t id) noexcept
{
    task* const found = ids_[slot] == id ? tasks_[slot] : nullptr;
    if (found)
        release(slot);
    return found;
}

bool task_slots::has(std::uint64_t id) const noexcept
{
    for (std::size_t slot = 0; slot != ids_.size(); ++slot)
        if (ids_[slot] == id && tasks_[slot])
            return true;
    return false;
}

std::optional<std::chrono::steady_clock::time_point> task_slots::started(std::uint16_t slot) const noexcept
{
    const auto& seen = page_.slots[slot];
    const auto word = wire::task_word::unpack(seen.word.load(std::memory_order_acquire));
    if (word == wire::task_word{ids_[slot], wire::task_state::queued})
        return {};
    const std::chrono::nanoseconds since_boot(seen.started_ns.load(std::memory_order_relaxed));
    return std::chrono::steady_clock::time_point(since_boot); // CLOCK_MONOTONIC, as the worker's
}

} // namespace procpool::link
