// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

namespace procpool::test {

std::size_t count_descriptors();

/// Whether this process has children, zombies included.
bool has_children();

/// A fixture: whatever the case did, it left no descriptor and no child, dead or alive. As a base class it is the first
/// to be made and the last to look.
class nothing_left_behind {
public:
    nothing_left_behind();
    nothing_left_behind(const nothing_left_behind&) = delete;
    nothing_left_behind& operator=(const nothing_left_behind&) = delete;
    ~nothing_left_behind();

    std::size_t descriptors_at_start() const { return descriptors_; }

private:
    std::size_t descriptors_;
};

} // namespace procpool::test
