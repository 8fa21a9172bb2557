// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

namespace procpool::os {

/// Changes what ps shows as this process's command line: its first argument is overwritten, and what does not fit into
/// the memory of all of them is cut off. Nothing happens where /proc is not mounted at the first call.
void set_process_title(const std::string& title) noexcept;

/// Looks in /proc for what set_process_title() needs, so that it also works where /proc is closed by then.
void prepare_process_title() noexcept;

} // namespace procpool::os
