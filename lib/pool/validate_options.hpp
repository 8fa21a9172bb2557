// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/worker_options.hpp>

#include <chrono>
#include <cstddef>

namespace procpool::detail {

/// Throws errc::invalid_option with the name of what holds it, when no pool can have so many workers.
void require_worker_count(std::size_t workers, const char* name);

/// Throws errc::invalid_option with the name of what holds a negative time.
void require_not_negative(std::chrono::nanoseconds time, const char* name);

/// Throw errc::invalid_option with the name of the field that makes no sense.
void require_limits(const resource_limits& limits);
void require_sandbox(const sandbox_options& sandbox);
/// Whether all names in it can be those of variables.
bool is_environment(const std::map<std::string, std::optional<std::string>>& changes);

} // namespace procpool::detail
