// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

namespace procpool::worker {

/// What this_process::name() is to say. Before the user's code runs.
void set_process_name(std::string name);

} // namespace procpool::worker
