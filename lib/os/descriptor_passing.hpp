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
inline constexpr std::size_t most_descriptors = 253;

/// Sends descriptors, most_descriptors at most, with a note through such a socket (SCM_RIGHTS, unix(7)). Never waits:
/// false, and errno set, when the socket is full or the other end is gone.
bool send_descriptors(int socket, std::span<const int> fds, std::span<const std::byte> note) noexcept;

/// Sends a note alone, likewise.
bool send_note(int socket, std::span<const std::byte> note) noexcept;

struct received_descriptors {
    std::vector<descriptor> files;
    bool is_message = false; ///< Something has come.
    bool are_lost = false;   ///< Some are missing because this process cannot open as many.
    bool are_all = false;    ///< None is missing, and the note is there.
};

/// Takes the next descriptors that were sent, and their note, which must have the size of `note`. Never waits: nothing
/// when there is none. What came may be something else.
received_descriptors receive_descriptors(int socket, std::span<std::byte> note);

/// Takes the next message away. Returns the descriptors that came with it, none unless its sender means harm. Never
/// waits.
std::vector<descriptor> discard_message(int socket) noexcept;

/// Whether a message waits, be it an empty one.
bool has_messages(int socket) noexcept;

/// Whether the other end is gone, or will send nothing any more. What it has sent may still wait.
bool is_at_end(int socket) noexcept;

/// Whether sending descriptors failed with an errno that passes by itself: the socket is full, memory or descriptors
/// are short, or as many descriptors are on their way, of all processes of this user, as one of them may have open
/// (ETOOMANYREFS, unix(7)). There is no event for the end of most of these.
bool is_passing(int error) noexcept;

/// Looks at the note of what comes next, and leaves everything where it is. Never waits: false when nothing is there,
/// or something else.
bool peek_note(int socket, std::span<std::byte> note) noexcept;

} // namespace procpool::os
