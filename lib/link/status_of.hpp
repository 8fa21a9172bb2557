// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/child.hpp"

#include <procpool/exit_status.hpp>

#include <optional>

namespace procpool::link {

/// What the kernel said of an end, in the words of the API. Nothing said: an unknown status.
exit_status status_of(const std::optional<os::child_exit>& how);

} // namespace procpool::link
