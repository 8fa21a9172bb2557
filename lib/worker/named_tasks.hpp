// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/worker.hpp>

#include <string>

namespace procpool::worker {

/// What register_task() made known under this name. Throws system_error(unknown_task) when there is nothing, or
/// something with another signature.
detail::bound_trampoline& named_task(const std::string& name, const std::string& signature);

} // namespace procpool::worker
