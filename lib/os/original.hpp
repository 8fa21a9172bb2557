// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/process_mark.hpp"

#include <memory>

namespace procpool::os {

/// Deletes an object, but not the copy of it that fork() makes.
class delete_original {
public:
    template <class T>
    void operator()(T* object) const noexcept
    {
        if (mark_.is_here())
            delete object;
    }

private:
    process_mark mark_;
};

/// For what Asio waits for. A process and its forked copy share one epoll: a descriptor that the copy closed would be
/// taken out of it, and the original would never hear of that descriptor again.
template <class T>
using original_ptr = std::unique_ptr<T, delete_original>;

} // namespace procpool::os
