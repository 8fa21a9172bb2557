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
wire::configuration fork_server_message_for(const pool_options& options);
schedule::limits limits_for(const pool_options& options);
/// How many modules who runs the initializer must know.
std::uint32_t modules_for(const pool_options& options);

} // namespace procpool::detail
