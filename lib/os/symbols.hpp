// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace procpool::os {

/// A function and a place in its source; empty and 0 where they are not known.
struct symbol {
    std::string function;
    std::string file;
    std::uint64_t line = 0;

    friend bool operator==(const symbol&, const symbol&) = default;
};

/// For each offset the calls that were inlined there, innermost first, and last the function that contains them.
using symbols = std::vector<std::vector<symbol>>;

/// Asks addr2line for offsets in an executable or shared library. Empty when it is not installed. Blocks until the
/// deadline at most; what was not found until then is missing at the end.
symbols symbols_in(const std::string& module, const std::vector<std::uint64_t>& offsets,
                   std::chrono::steady_clock::time_point deadline);

/// Reads what `addr2line -a -f -C -i` has printed for these offsets. Names of functions and files may have any
/// characters.
symbols parse_symbols(std::string_view printed, const std::vector<std::uint64_t>& offsets);

} // namespace procpool::os
