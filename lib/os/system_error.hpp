// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <system_error>

namespace procpool::os {

/// errno as an error code.
std::error_code last_error() noexcept;

/// Throws errno as std::system_error. `what` says what could not be done ("cannot make a pipe to a worker"); where
/// the user can do something about it, what to do is added.
[[noreturn]] void throw_last_error(const char* what);

} // namespace procpool::os
