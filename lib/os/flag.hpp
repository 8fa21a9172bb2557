// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/descriptor.hpp"

#include <procpool/detail/deadline.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace procpool::os {

using detail::deadline;

/// A descriptor that processes share and that is readable, or not, until one of them says otherwise. A process that
/// means harm can raise and lower it, and make nobody wait in these functions.
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

/// Waits until one of the descriptors can be read, or has an error, or its other end is gone. Returns the places of all
/// of which that is so; none when the deadline has passed. Throws std::system_error for what is not an open descriptor.
std::vector<std::size_t> wait_until_some_readable(std::span<const int> fds, deadline until);

} // namespace procpool::os
