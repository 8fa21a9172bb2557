// SPDX-License-Identifier: BSL-1.0
#include "wire/control_page.hpp"

namespace procpool::wire {

void task_slot::publish(std::uint64_t id, std::uint64_t deadline) noexcept
{
    deadline_ns.store(deadline, std::memory_order_relaxed);
    started_ns.store(0, std::memory_order_relaxed);
    word.store(task_word{id, task_state::queued}.pack(), std::memory_order_release);
}

bool task_slot::claim(std::uint64_t id, std::uint64_t now_ns) noexcept
{
    std::uint64_t expected = task_word{id, task_state::queued}.pack();
    if (word.load(std::memory_order_relaxed) != expected) // a slot in use by a later task keeps its start time
        return false;
    started_ns.store(now_ns, std::memory_order_relaxed);
    return word.compare_exchange_strong(expected, task_word{id, task_state::running}.pack(), std::memory_order_acq_rel);
}

// Before the answer: the parent gives the slot to another task when it has that.
void task_slot::finish(std::uint64_t id) noexcept
{
    word.store(task_word{id, task_state::finished}.pack(), std::memory_order_release);
}

bool task_slot::revoke(std::uint64_t id) noexcept
{
    std::uint64_t expected = task_word{id, task_state::queued}.pack();
    return word.compare_exchange_strong(expected, task_word{id, task_state::revoked}.pack(), std::memory_order_acq_rel);
}

bool task_slot::may_have_run(std::uint64_t id) const noexcept
{
    const auto seen = task_word::unpack(word.load(std::memory_order_acquire));
    return seen != task_word{id, task_state::queued} && seen != task_word{id, task_state::revoked};
}

bool task_slot::may_run(std::uint64_t id) const noexcept
{
    const auto seen = task_word::unpack(word.load(std::memory_order_acquire));
    return may_have_run(id) && seen != task_word{id, task_state::finished};
}

} // namespace procpool::wire
