// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "link/launch.hpp"
#include "schedule/scheduler.hpp"
#include "wire/message.hpp"

#include <procpool/options.hpp>

namespace procpool::detail {

/// What the parts of the pool want to know of its options.
link::launch_plan plan_for(const pool_options& options);
wire::configuration first_message_for(const pool_options& options);
schedule::limits limits_for(const pool_options& options);
/// The calls of the pool's own that a worker must know modules for: the initializer's.
std::uint32_t modules_for(const pool_options& options);

} // namespace procpool::detail
