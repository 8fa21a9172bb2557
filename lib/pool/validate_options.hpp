// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

namespace procpool::detail {

/// Throws errc::invalid_option with the name of what holds it, when no pool can have so many workers.
void require_worker_count(std::size_t workers, const char* name);

} // namespace procpool::detail
