// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/descriptor.hpp"

#include <procpool/detail/deadline.hpp>

namespace procpool::os {

using detail::deadline;

/// A descriptor that processes share and that is readable, or not, until one of them says otherwise (an eventfd).
/// Throws std::system_error.
descriptor make_flag();
/// Makes it readable.
void raise_flag(int flag) noexcept;
/// Makes it unreadable.
void lower_flag(int flag) noexcept;

/// Which event of a descriptor is waited for.
enum class readiness : short { to_read, to_write };

/// Waits until a descriptor is ready, or has an error, or its other end is gone. False: the deadline has passed.
bool wait_until_ready(int fd, readiness what, deadline until) noexcept;

} // namespace procpool::os
