// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/descriptor.hpp"

#include <vector>

namespace procpool::os {

/// Closes what another process has sent, without waiting. Pipes and memory files close at once. Anything else is closed
/// on a thread of its own: a socket may linger as long as its maker has chosen (socket(7), SO_LINGER), and who serves a
/// file system may take as long as it likes (FUSE, network file systems). If there are too many such threads, or no
/// more can be started, the descriptors stay open. A socket's SO_LINGER is switched off, for all who have it.
void close_elsewhere(std::vector<descriptor> files) noexcept;

} // namespace procpool::os
