// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ticker.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>

namespace procgrep {

/// Measures how well an event loop that one thread runs would serve its next client: by a timer that is due every
/// millisecond, from construction to stop().
class loop_watch {
public:
    using duration = std::chrono::steady_clock::duration;

    explicit loop_watch(const boost::asio::any_io_executor& executor);

    /// Call it on the loop.
    void stop() { heartbeat_.stop(); }

    /// The latest that the timer was, whatever held it up: a handler, or other programs that had the CPUs.
    duration longest_block() const noexcept { return longest_block_; }
    /// The most CPU time that the loop's thread used from one beat of the timer to the next: what its handlers did.
    duration longest_work() const noexcept { return longest_work_; }

private:
    void beat(duration late);

    duration longest_block_{};
    duration longest_work_{};
    duration worked_;
    ticker heartbeat_;
};

} // namespace procgrep
