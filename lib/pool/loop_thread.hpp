// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>

namespace procpool::detail {

/// The executor inside all strands of io_context, thread_pool and any_io_executor. Another executor is its own loop.
boost::asio::any_io_executor loop_of(boost::asio::any_io_executor executor);
/// Whether the calling thread is running the loop behind an executor: known for io_context, thread_pool and strands of
/// them; false for others.
bool runs_loop_of(const boost::asio::any_io_executor& executor);

} // namespace procpool::detail
