// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "pool/lent_loop.hpp"

#include <memory>
#include <thread>

namespace procpool::detail {

/// A loop and the background thread that owns it, for a pool without an event loop of its host.
class own_thread {
public:
    own_thread();
    /// Lets the thread end when the context has nothing more to do, and waits for that; on the thread itself, which is
    /// where a handler may destroy its pool, it does not wait.
    ~own_thread();
    own_thread(const own_thread&) = delete;
    own_thread& operator=(const own_thread&) = delete;

    const std::shared_ptr<lent_loop>& loop() const noexcept { return loop_; }

private:
    std::shared_ptr<lent_loop> loop_; // the thread has one too
    std::thread thread_;
};

} // namespace procpool::detail
