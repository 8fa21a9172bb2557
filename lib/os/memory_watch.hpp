// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/descriptor.hpp"

#include <cstdint>

namespace procpool::os {

/// Whether this process has more resident memory than a limit. The kernel's file with the figure is opened once: a
/// sandbox may forbid to open it later.
class memory_watch {
public:
    /// Throws std::system_error where /proc is not mounted.
    explicit memory_watch(std::uint64_t limit_bytes);

    bool is_exceeded() const noexcept;

private:
    descriptor statm_;
    std::uint64_t limit_pages_;
};

} // namespace procpool::os
