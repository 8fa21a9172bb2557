// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/event.hpp>

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>

namespace procpool::detail {

/// Events on their way to the user's function, which is never called inside the engine. Thread-safe.
class event_feed {
public:
    explicit event_feed(const std::function<void(const event&)>& listener) : listener_(listener) {}

    bool wanted() const noexcept { return static_cast<bool>(listener_); }
    /// In the order in which they are to be told.
    void add(event what);
    bool has_news() const noexcept { return has_news_.load(std::memory_order_acquire); }
    /// Tells what has been added. On the pool's executor; while one thread tells, others leave it to that one. Ends
    /// early when the function throws.
    void tell();

private:
    const std::function<void(const event&)>& listener_;
    std::atomic<bool> has_news_{false};
    std::mutex mutex_;
    std::deque<event> news_;
    bool telling_ = false;
};

} // namespace procpool::detail
