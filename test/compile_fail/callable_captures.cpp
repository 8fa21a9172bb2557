// expect: if it is a lambda that captures, pass what it captures as arguments
// SPDX-License-Identifier: BSL-1.0
#include <procpool/task.hpp>

auto refused(int base)
{
    return procpool::task([base](int x) { return base + x; }, 1);
}
