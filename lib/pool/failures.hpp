// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "link/link.hpp"
#include "schedule/task.hpp"

#include <procpool/detail/operation.hpp>
#include <procpool/error.hpp>

#include <exception>
#include <new>
#include <string>

namespace procpool::detail {

/// What make() returns; where there is no memory for that, its bad_alloc.
template <class Make>
outcome made_by(Make make) noexcept
{
    try {
        return make();
    } catch (const std::bad_alloc&) {
        return {.error = std::current_exception()};
    }
}

/// The pool's own ways for a task to fail, as outcomes. Each text says what happened, to what, and what to do.
outcome failed_with(errc code, const std::string& sentence);
outcome cancelled();
outcome closed();
outcome queue_is_full(const pool_options& options);
outcome timed_out(std::uint64_t worker, pid_t pid, std::chrono::nanoseconds limit);
outcome queued_too_long();
outcome deadline_exceeded(bool has_worker);
/// The worker ended, or was ended because it sent nonsense, while it ran the task. With what is known of its elements.
outcome crashed(const link::link& worker, const scheduled_operation& task, schedule::time_point now);
/// The same for the last of the workers that the task ended.
outcome quarantined(const outcome& last, unsigned kills);
outcome never_begun();
outcome could_not_start(const std::string& reason);

/// Why a worker that was not ready yet has ended.
std::string start_failure(const link::link& worker);
/// Why workers that waited for a fork server get none.
std::string fork_server_failure(const link::link& server);
std::string start_took_too_long(const link::link& worker, std::chrono::nanoseconds limit);
/// The same, from the exception that the worker sent: its initializer's, or the reason why it could not be confined.
std::string refusal(std::span<const std::byte> exception);

} // namespace procpool::detail
