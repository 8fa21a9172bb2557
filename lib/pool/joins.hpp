// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "pool/join_operation.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace procpool::detail {

/// Those who wait for the end of a pool, and the limit of the one who waits with shutdown().
class joins {
public:
    explicit joins(const boost::asio::any_io_executor& executor) : limit_(executor) {}

    void add(std::shared_ptr<join_operation> waiting) { waiting_.push_back(std::move(waiting)); }
    /// Calls on_limit, on the executor, when the limit has passed before lift_limit().
    void set_limit(std::chrono::steady_clock::time_point end, std::function<void()> on_limit);
    void lift_limit() { limit_.cancel(); }
    /// The tasks were cut off by a limit: those who wait hear of it.
    void note_cut_off() noexcept { cut_off_ = true; }
    /// Ends one wait as cancelled.
    void remove(const std::shared_ptr<join_operation>& waiting);
    /// Ends all waits.
    void complete();

private:
    boost::asio::steady_timer limit_;
    bool cut_off_ = false;
    std::vector<std::shared_ptr<join_operation>> waiting_;
};

} // namespace procpool::detail
