// SPDX-License-Identifier: BSL-1.0
#include "link/outgoing.hpp"

#include <utility>

namespace procpool::link {
namespace {

constexpr std::size_t keep_capacity = 256 * 1024; // of a buffer that is used again

} // namespace

std::span<const std::byte> outgoing::to_write()
{
    if (done_ == leaving_.size()) {
        if (leaving_.capacity() > keep_capacity)
            leaving_ = {};
        leaving_.clear();
        done_ = 0;
        std::swap(leaving_, gathering_);
    }
    return std::span(leaving_).subspan(done_);
}

} // namespace procpool::link
