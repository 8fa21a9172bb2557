// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace procpool::os {

/// Changes what ps shows as this process's command line: its first argument is overwritten, and what does not fit into
/// the memory of all of them is cut off. Nothing happens where /proc is not mounted at the first call.
void set_process_title(const std::string& title) noexcept;

/// Looks in /proc for what set_process_title() needs, so that it also works where /proc is closed by then.
void prepare_process_title() noexcept;

struct address_range {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;

    friend bool operator==(const address_range&, const address_range&) = default;
};

/// Returns where the command line lies according to the text of /proc/PID/stat. The name of the process, in
/// parentheses, may have any characters. Zeros: the text does not say.
address_range command_line_in(std::string_view stat) noexcept;

} // namespace procpool::os
