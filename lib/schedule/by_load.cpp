// SPDX-License-Identifier: BSL-1.0
#include "schedule/by_load.hpp"

namespace procpool::schedule {

worker* by_load::least() const noexcept
{
    if (size_ == size_aside_)
        return nullptr;
    while (!buckets_[least_])
        ++least_;
    return buckets_[least_];
}

worker* by_load::most() const noexcept
{
    if (size_ == size_aside_)
        return nullptr;
    while (!buckets_[most_])
        --most_;
    return buckets_[most_];
}

} // namespace procpool::schedule
