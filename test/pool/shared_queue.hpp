// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "support/pool_on_loop.hpp"

#include <procpool.hpp>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/system_executor.hpp>

#include <chrono>

namespace procpool::test {

inline constexpr std::chrono::milliseconds short_while{5};
inline const auto queue_closed = make_error_code(errc::queue_closed);

/// The system executor's reactor has descriptors that stay: made before they are counted.
struct system_reactor {
    system_reactor() { boost::asio::posix::stream_descriptor made{boost::asio::system_executor()}; }
};

struct queue_on_loop : system_reactor, pool_on_loop {};

inline void put_numbers(queue<int> into, int count)
{
    for (int i = 0; i != count; ++i)
        into.put(i);
}

} // namespace procpool::test
