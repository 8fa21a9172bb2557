// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "link/descriptor_sender.hpp"
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
/// Where its workers' stdout goes.
output stdout_of(const worker_options& options);
/// This process's environment with these changes, as link::launch_plan has it. As os::environment(), not safe while
/// another thread changes it.
std::vector<std::string> environment_with(const std::map<std::string, std::optional<std::string>>& changes);
/// With absolute paths: who gets it may have another directory than this process has now.
sandbox_options with_absolute_paths(sandbox_options sandbox);
/// How many modules who runs the initializer must know.
std::uint32_t modules_for(const pool_options& options);
/// What goes with it.
link::attached_ptr descriptors_for(const pool_options& options);

} // namespace procpool::detail
