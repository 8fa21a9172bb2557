// SPDX-License-Identifier: BSL-1.0
#include "pool/event_feed.hpp"

#include <utility>

namespace procpool::detail {

void event_feed::add(event what)
{
    const std::scoped_lock lock(mutex_);
    news_.push_back(std::move(what));
    has_news_.store(true, std::memory_order_release);
}

void event_feed::tell()
{
    if (!has_news())
        return;
    std::unique_lock lock(mutex_);
    if (std::exchange(telling_, true))
        return;
    struct end {
        event_feed& feed;
        std::unique_lock<std::mutex>& lock;
        ~end() // also when the listener threw
        {
            if (!lock.owns_lock())
                lock.lock();
            feed.telling_ = false;
            feed.has_news_.store(!feed.news_.empty(), std::memory_order_release);
        }
    } const at_end{*this, lock};
    while (!news_.empty()) {
        const event next = std::move(news_.front());
        news_.pop_front();
        lock.unlock();
        listener_(next);
        lock.lock();
    }
}

} // namespace procpool::detail
