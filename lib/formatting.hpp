// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace procpool {

// Numbers in sentences look the same whatever the global locale of the host is. Streams would ask it.

/// "0x10"
std::string hexadecimal(std::uint64_t number);

/// "1.25 s". At most `digits` digits that count.
std::string seconds(std::chrono::nanoseconds time, int digits = 6);

/// Returns text as one line of a log: control characters become '?', and of a line with more than `most` bytes the
/// middle becomes an ellipsis.
std::string one_line(std::string text, std::size_t most);

/// Returns the name of a function without the arguments of templates: "std::vector::at(unsigned long)".
std::string without_template_arguments(std::string_view function);

} // namespace procpool
