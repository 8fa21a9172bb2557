// SPDX-License-Identifier: BSL-1.0
#include "loop_watch.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

namespace procgrep {
namespace {

using namespace std::chrono_literals;

loop_watch::duration cpu_time_of_this_thread()
{
    std::timespec used{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

} // namespace

loop_watch::loop_watch(const boost::asio::any_io_executor& executor)
    : worked_{cpu_time_of_this_thread()},
      heartbeat_{executor, 1ms, [this](duration late) { beat(late); }}
{
}

void loop_watch::beat(duration late)
{
    const auto worked = cpu_time_of_this_thread();
    longest_work_ = std::max(longest_work_, worked - std::exchange(worked_, worked));
    longest_block_ = std::max(longest_block_, late);
}

} // namespace procgrep
