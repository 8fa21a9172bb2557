// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <cstdint>

namespace procpool::detail {

/// Remembers the process in which an object was made. fork() copies objects: the copies refer to workers, threads and
/// locks of the original process, and must not be used. Objects that are made after the fork belong to the new process.
class PROCPOOL_DECL process_mark {
public:
    /// Marks the calling process. Throws std::system_error when the first mark of a process finds no memory.
    process_mark();
    /// Returns false in a process that was forked since. Reads one word of memory.
    bool is_here() const noexcept;

private:
    std::uint32_t process_;
};

} // namespace procpool::detail
