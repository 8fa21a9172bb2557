// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/pipe.hpp"
#include "os/spawn.hpp"
#include "regions.hpp"

#include <procpool/detail/call.hpp>
#include <procpool/process_options.hpp>

#include <vector>

namespace procpool::detail {

/// A process that was started, and what this one has of it.
struct started_process {
    os::spawned child;
    os::pipe_ends lifeline; ///< The kernel kills the process's group when the write end is closed.
    std::vector<boost::intrusive_ptr<own_region>> shown;
};

/// Starts a process that runs the call. `options` have a name. Throws system_error with an errc, and then nothing is
/// left behind.
started_process start_process(const process_options& options, const call& made);

} // namespace procpool::detail
