// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <memory>
#include <vector>

namespace procpool::detail {

/// A descriptor that goes to another process with the call whose argument it belongs to.
struct attached_descriptor {
    std::shared_ptr<const void> owner; ///< Keeps it open.
    int fd = -1;
    /// Each receiver gets an open file description of its own: with a lock of that kind (F_OFD_SETLK), a receiver that
    /// shared the sender's would hold the sender's locks, and leave its own behind when it dies.
    bool is_reopened = false;
};

/// Those of one call. They stay open until it has its outcome, because it may have to be sent once more.
using attached_descriptors = std::vector<attached_descriptor>;

/// What the kernel lets go with one message (SCM_MAX_FD).
inline constexpr std::size_t most_attached_descriptors = 253;

} // namespace procpool::detail
