// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <utility>

namespace procpool::detail {

/// Owns one file descriptor and closes it. Move-only.
class descriptor {
public:
    descriptor() noexcept = default;
    explicit descriptor(int fd) noexcept : fd_(fd) {}
    descriptor(descriptor&& other) noexcept : fd_(other.release()) {}
    descriptor& operator=(descriptor&& other) noexcept
    {
        descriptor moved(std::move(other)); // closes what was owned here now, not when `other` ends
        std::swap(fd_, moved.fd_);
        return *this;
    }
    ~descriptor() { reset(); }

    int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }
    /// Gives the number away; the caller closes it.
    int release() noexcept { return std::exchange(fd_, -1); }
    PROCPOOL_DECL void reset() noexcept;

private:
    int fd_ = -1;
};

} // namespace procpool::detail
