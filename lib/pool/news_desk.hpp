// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "pool/settled_operations.hpp"

#include <procpool/event.hpp>
#include <procpool/output.hpp>

#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <variant>

namespace procpool::detail {

/// Tasks that admission counts until the events before them were told.
struct counted_tasks {
    std::size_t tasks;
    std::size_t bytes;
};

/// Captured lines and events on their way to the user's functions, one at a time and in order, whichever threads run
/// the pool's context; and what must not overtake them. Thread-safe.
class news_desk {
public:
    /// When lines of so many bytes wait, no more should come.
    static constexpr std::size_t limit = std::size_t{1024} * 1024;

    using entry = std::variant<output_line, event, settled_operations, counted_tasks>;

    /// False: it is full now. Then freed() tells when it is not.
    bool add(output_line line);
    void add(event what);
    void add(settled_operations behind);
    void add(counted_tasks behind);
    /// Nothing waits, and nobody delivers.
    bool is_idle() const noexcept { return !in_use_.load(std::memory_order_acquire); }

    /// The calling thread is to deliver what next() gives; false when another one does.
    bool begin();
    /// Empty: there is no more, and the thread's turn is over.
    std::optional<entry> next();
    /// The thread's turn is over before there is no more.
    void end();
    /// Whether the desk was full and has room again, once.
    bool freed();
    void clear();

private:
    std::mutex mutex_;
    std::deque<entry> entries_;
    std::size_t bytes_ = 0;
    bool was_full_ = false;
    bool is_delivering_ = false;
    std::atomic<bool> in_use_{false};
};

} // namespace procpool::detail
