// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "wire/message.hpp"

#include <procpool/detail/call.hpp>

namespace procpool::worker {

/// The parent told of a module that its calls will refer to.
void add_module(wire::module_notice notice);

} // namespace procpool::worker
