// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/descriptor.hpp"

#include <cstddef>

namespace procpool::os {

enum class access { read_only, read_write };

/// A mapping of a memfd that two processes share. Unmapped when destroyed; the memory is given back with the last
/// mapping.
class mapping {
public:
    mapping() noexcept = default;
    /// Maps size bytes of fd. Throws std::system_error.
    mapping(int fd, std::size_t size, access how = access::read_write);
    mapping(mapping&& other) noexcept;
    mapping& operator=(mapping&& other) noexcept;
    ~mapping();

    std::byte* data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }

private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

/// An unnamed shared memory file of that size, sealed against shrinking and growing (a worker that truncated it could
/// kill the parent by SIGBUS). `name` is what /proc shows. Close-on-exec. Throws std::system_error.
descriptor make_memory_file(const char* name, std::size_t size);

/// A memory file as above that nobody but this process can write: whoever else maps it can only read.
struct shown_memory {
    descriptor file;
    mapping bytes;
};

/// Makes one. Empty when it cannot be had: no descriptor or no memory is left, or RLIMIT_FSIZE is below that size.
shown_memory make_shown_memory(const char* name, std::size_t size) noexcept;

/// The size of the file behind fd when it is a memory file sealed as above; 0 for anything else.
std::size_t sealed_size(int fd) noexcept;

} // namespace procpool::os
