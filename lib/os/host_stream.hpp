// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace procpool::os {

/// Returns whether the descriptor with the number of stdout or stderr is that stream. A host may have closed its own;
/// then a file that it opens later gets the number, and nobody may write there. Such a file is close-on-exec.
bool is_standard_stream(int number) noexcept;

/// Writes to a stream that belongs to the host, such as its stderr, as much as it takes without waiting: whole lines as
/// far as they have 4 KiB at most, so that they come out in one piece. Returns how much; empty when nobody can ever
/// read it. Never raises SIGPIPE, and leaves the stream blocking: others write to it too. (If one of them fills the
/// stream at the very moment, this waits with it.)
std::optional<std::size_t> write_to_host(int stream, std::string_view text) noexcept;

} // namespace procpool::os
