// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "support/processes.hpp"

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace procpool::test {

/// The workers and fork servers of pools with that pool_options::name, found as anybody would: by what ps shows.
std::vector<pid_t> workers_named(const std::string& name);

/// One of them, to be signalled; empty when it is gone.
std::optional<watched_process> find_worker(const std::string& name, pid_t pid);

} // namespace procpool::test
