// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <chrono>
#include <optional>
#include <stop_token>

/// What a running task can ask about itself. Callable from every thread of a worker; where no task runs, and outside of
/// workers, nothing is asked and nothing is limited.
namespace procpool::this_task {

/// Whether the task was asked to stop: its caller has given it up (on_cancel::stop and ask), or its soft_timeout has
/// passed. Costs two loads from memory, so it can be called in an inner loop.
PROCPOOL_DECL bool stop_requested() noexcept;

/// The same as a token, for std::stop_callback and std::condition_variable_any. Valid while the task runs. The first
/// call in a worker starts a thread there, which waits for requests; callbacks run on it.
///
/// @par Throws  std::system_error when the thread cannot be started.
PROCPOOL_DECL std::stop_token stop_token();

/// When the task will be given up: the earlier of its deadline and the end of its timeout. Empty: never.
PROCPOOL_DECL std::optional<std::chrono::steady_clock::time_point> deadline() noexcept;

} // namespace procpool::this_task
