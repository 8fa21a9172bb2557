// SPDX-License-Identifier: BSL-1.0
#include "ticker.hpp"

#include <utility>

namespace procgrep {

ticker::ticker(const boost::asio::any_io_executor& executor, duration period, std::function<void(duration)> tick)
    : timer_{executor},
      period_{period},
      tick_{std::move(tick)}
{
    arm();
}

void ticker::stop()
{
    is_stopped_ = true;
    timer_.cancel();
}

void ticker::arm()
{
    timer_.expires_after(period_);
    timer_.async_wait([this](boost::system::error_code) { fire(); });
}

void ticker::fire()
{
    if (is_stopped_)
        return;
    tick_(std::chrono::steady_clock::now() - timer_.expiry());
    arm();
}

} // namespace procgrep
