// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/descriptor.hpp"

#include <cstddef>
#include <span>

namespace procpool::os {

/// A connected pair of Unix sockets that keep messages apart, close-on-exec, numbered above stdin, stdout and stderr.
struct socket_ends {
    descriptor first;
    descriptor second;
};

/// Makes one. Throws std::system_error.
socket_ends make_sockets();

/// Sends a descriptor with a note through such a socket (SCM_RIGHTS, unix(7)). Never waits: false when the socket is
/// full or the other end is gone.
bool send_descriptor(int socket, int fd, std::span<const std::byte> note) noexcept;

/// Takes the next descriptor that was sent, and its note, which must have the size of `note`. Never waits: empty when
/// there is none, or when what came is something else.
descriptor receive_descriptor(int socket, std::span<std::byte> note) noexcept;

} // namespace procpool::os
