// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/descriptor_passing.hpp"

#include <cstddef>
#include <optional>
#include <span>

namespace procpool::os {

/// A connected pair of Unix sockets for streams of bytes, close-on-exec, numbered above stdin, stdout and stderr.
/// Throws std::system_error.
socket_ends make_stream_sockets();

/// How much of it was sent, or received; 0: nothing can be at this moment. Empty: the other end is closed. Neither
/// waits nor raises SIGPIPE. Both throw std::system_error.
std::optional<std::size_t> send_some(int socket, std::span<const std::byte> bytes);
std::optional<std::size_t> receive_some(int socket, std::span<std::byte> into);

} // namespace procpool::os
