// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <memory>

namespace procpool {

/// One object of a type, made at first use and never destroyed: static objects of the program may use it to the end.
/// Unlike a local static it has no guard, which another thread may hold when the program forks, and which the copy
/// would then wait for without end. To be declared constinit. Thread-safe.
template <class T>
class leaky_singleton {
public:
    constexpr leaky_singleton() noexcept = default;

    /// Throws what the constructor throws; then the next call tries again.
    T& get()
    {
        if (T* const made = made_.load(std::memory_order_acquire))
            return *made;
        auto mine = std::make_unique<T>();
        T* first = nullptr;
        if (made_.compare_exchange_strong(first, mine.get()))
            return *mine.release();
        return *first; // another thread was faster
    }

private:
    std::atomic<T*> made_{nullptr};
};

} // namespace procpool
