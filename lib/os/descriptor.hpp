// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

namespace procpool::os {

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
    void reset() noexcept;

private:
    int fd_ = -1;
};

/// A second descriptor of the same open file description, numbered `lowest` or above, close-on-exec. Empty, and errno
/// set, when there is none left or fd is not open.
descriptor duplicate_from(int fd, int lowest) noexcept;

/// Gives the file a second number, instead of what has it now; close-on-exec, but for stdin, stdout and stderr.
void assign(int number, const descriptor& file) noexcept;

/// The same file under a number above those of stdin, stdout and stderr. A host that closed these would otherwise get
/// our descriptors there, and whatever it prints would go into them. Empty, and errno set, as above or when fd is
/// empty.
descriptor above_stdio(descriptor fd) noexcept;

} // namespace procpool::os
