// SPDX-License-Identifier: BSL-1.0
#include "waiting_line.hpp"

#include <algorithm>
#include <utility>

namespace procpool::detail {

void waiting_line::join(const std::shared_ptr<turn_taker>& newcomer)
{
    if (stands_first(newcomer))
        newcomer->take_turn();
}

void waiting_line::leave(const turn_taker& leaving)
{
    if (const auto next = next_after(leaving))
        next->take_turn();
}

// Destructors run without the lock: they come back here.
void waiting_line::drop(const turn_taker& dropped) noexcept
{
    queue_of_one_order gone{};
    const std::lock_guard locked(mutex_);
    const auto queue = led_by(dropped);
    if (queue == queues_.end())
        return;
    gone = std::move(*queue);
    queues_.erase(queue);
}

bool waiting_line::stands_first(const std::shared_ptr<turn_taker>& newcomer)
{
    const std::lock_guard locked(mutex_);
    const auto queue = std::ranges::find_if(
        queues_, [&](const queue_of_one_order& each) { return newcomer->keeps_order_with(*each.first); });
    const bool is_first = queue == queues_.end();
    if (is_first)
        queues_.push_back({newcomer.get(), {}});
    else
        queue->behind.push_back(newcomer);
    return is_first;
}

// Null: who leaves was not the first one, or the last.
std::shared_ptr<turn_taker> waiting_line::next_after(const turn_taker& leaving)
{
    const std::lock_guard locked(mutex_);
    const auto queue = led_by(leaving);
    if (queue == queues_.end()) {
        for (auto& each : queues_)
            each.behind.remove_if([&](const auto& waiting) { return waiting.get() == &leaving; });
        return nullptr;
    }
    if (queue->behind.empty()) {
        queues_.erase(queue);
        return nullptr;
    }
    auto next = std::move(queue->behind.front());
    queue->behind.pop_front();
    queue->first = next.get();
    return next;
}

waiting_line::queues::iterator waiting_line::led_by(const turn_taker& first) noexcept
{
    return std::ranges::find(queues_, &first, &queue_of_one_order::first);
}

} // namespace procpool::detail
