// SPDX-License-Identifier: BSL-1.0
#include "limit/outbox.hpp"

#include <unistd.h>

namespace limit {

namespace {

// Fails only when the pool is gone; the next read then ends the worker.
void write_all(int fd, std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count <= 0)
            return;
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

} // namespace

void outbox::write_past(std::span<const std::byte> payload)
{
    flush();
    write_all(fd_, payload);
}

void outbox::flush()
{
    write_all(fd_, {bytes_.data(), bytes_.size()});
    bytes_.clear();
}

} // namespace limit
