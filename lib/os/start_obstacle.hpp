// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/spawn.hpp"

#include <optional>
#include <string>

namespace procpool::os {

/// Looks for the files that the start of a process needs beside its program and its directory: the kernel reports them
/// by the same error. Returns a sentence that names what is missing and says what to do; nothing when all are there.
/// `error`: that of spawn().
std::optional<std::string> start_obstacle(const spawn_request& request, std::error_code error);

} // namespace procpool::os
