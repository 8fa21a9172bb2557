// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>

namespace procgrep {

/// Calls a function again and again on an event loop, until stop(), and tells it how late it was called: longer than
/// anything held up the loop, by a little.
class ticker {
public:
    using duration = std::chrono::steady_clock::duration;

    ticker(const boost::asio::any_io_executor& executor, duration period, std::function<void(duration late)> tick);

    /// Lets the loop run out of work. Call it on the loop.
    void stop();

private:
    void arm();
    void fire();

    boost::asio::steady_timer timer_;
    duration period_;
    std::function<void(duration)> tick_;
    bool is_stopped_ = false; // cancel() alone misses a wait that has completed and whose handler has yet to run
};

} // namespace procgrep
