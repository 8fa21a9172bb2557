// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/process_mark.hpp"

#include <atomic>
#include <memory>

namespace procpool::os {

/// As a leaky_singleton, but a forked copy of the process makes an object of its own: what the copy inherits belongs to
/// the original process, and another thread of that may have been writing it, or held its lock. Thread-safe.
template <class T>
class per_process {
public:
    constexpr per_process() noexcept = default;

    /// Throws what the constructor throws; then the next call tries again.
    T& get()
    {
        marked* seen = made_.load(std::memory_order_acquire);
        if (seen && seen->mark.is_here())
            return seen->object;
        auto mine = std::make_unique<marked>();
        if (made_.compare_exchange_strong(seen, mine.get()))
            return mine.release()->object;
        return seen->object; // another thread was faster
    }
    /// Null when this process has made none.
    T* find() const noexcept
    {
        marked* const seen = made_.load(std::memory_order_acquire);
        return seen && seen->mark.is_here() ? &seen->object : nullptr;
    }

private:
    struct marked {
        process_mark mark;
        T object;
    };
    std::atomic<marked*> made_{nullptr};
};

} // namespace procpool::os
