// SPDX-License-Identifier: BSL-1.0
#include "limit/inbox.hpp"

#include <algorithm>
#include <cstring>
#include <unistd.h>

namespace limit {

bool inbox::fill(int fd)
{
    make_room();
    const ssize_t count = ::read(fd, bytes_.get() + end_, capacity_ - end_);
    end_ += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
    return count > 0;
}

// The size of the frame at begin_, as far as it is known.
std::size_t inbox::wanted() const
{
    if (end_ - begin_ < sizeof(header))
        return sizeof(header);
    header head;
    std::memcpy(&head, bytes_.get() + begin_, sizeof head);
    return sizeof head + head.size;
}

// A torn frame moves to the front: without that a large one would not fit behind the small ones before it.
void inbox::make_room()
{
    const std::size_t rest = end_ - begin_;
    const std::size_t needed = rest == 0 ? 0 : wanted();
    if (rest != 0 && begin_ + needed <= capacity_ && end_ < capacity_)
        return;
    auto bytes = needed > capacity_ ? std::make_unique_for_overwrite<std::byte[]>(needed) : nullptr;
    std::memmove(bytes ? bytes.get() : bytes_.get(), bytes_.get() + begin_, rest);
    if (bytes) {
        bytes_ = std::move(bytes);
        capacity_ = needed;
    }
    begin_ = 0;
    end_ = rest;
}

} // namespace limit
