// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "soak/account.hpp"

#include <procpool/pool.hpp>

#include <memory>

namespace procpool::soak {

/// Submits a task in the way that it says, and closes its account when its caller is told. Its caller gives it up in
/// the meantime if it says so.
void submit(pool& to, assignment made, const std::shared_ptr<account>& book);

} // namespace procpool::soak
