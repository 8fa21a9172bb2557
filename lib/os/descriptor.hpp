// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/descriptor.hpp>

namespace procpool::os {

using detail::descriptor;

/// A second descriptor of the same open file description, numbered `lowest` or above, close-on-exec. Empty, and errno
/// set, when there is none left or fd is not open.
descriptor duplicate_from(int fd, int lowest) noexcept;

/// The same file with an open file description of its own, to be read and written, close-on-exec. Empty, and errno set,
/// where it cannot be opened: sockets and eventfds never can.
descriptor reopen(int fd) noexcept;

/// Gives the file a second number, instead of what has it now; close-on-exec, but for stdin, stdout and stderr.
void assign(int number, const descriptor& file) noexcept;

/// The same file under a number above those of stdin, stdout and stderr. A host that closed these would otherwise get
/// our descriptors there, and whatever it prints would go into them. Empty, and errno set, as above or when fd is
/// empty.
descriptor above_stdio(descriptor fd) noexcept;

} // namespace procpool::os
