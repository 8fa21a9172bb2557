// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/process_state.hpp>

#include <vector>

namespace procpool::detail {

/// The process was started here. From the first one on, a normal end of this program ends those that are left.
void add_live_process(const process_ptr& started);

/// Those that were added and have not ended.
std::vector<process_ptr> live_processes();

} // namespace procpool::detail
