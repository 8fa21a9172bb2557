// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/descriptor.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace procpool::os {

/// A connected pair of Unix sockets that keep messages apart, close-on-exec, numbered above stdin, stdout and stderr.
struct socket_ends {
    descriptor first;
    descriptor second;
};

/// Makes one. Throws std::system_error.
socket_ends make_sockets();

/// How many descriptors can go with one note.
inline constexpr std::size_t most_descriptors = 7;

/// Sends descriptors, most_descriptors at most, with a note through such a socket (SCM_RIGHTS, unix(7)). Never waits:
/// false when the socket is full or the other end is gone.
bool send_descriptors(int socket, std::span<const int> fds, std::span<const std::byte> note) noexcept;

/// Takes the next descriptor that was sent, and its note, which must have the size of `note`. Never waits: empty when
/// there is none, or when what came is something else.
descriptor receive_descriptor(int socket, std::span<std::byte> note) noexcept;

/// Takes the next descriptors that were sent, and their note, likewise. Empty also when any of them could not be had.
std::vector<descriptor> receive_descriptors(int socket, std::span<std::byte> note);

} // namespace procpool::os
