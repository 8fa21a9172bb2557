// expect: if it is a lambda that captures, pass what it captures as arguments
// SPDX-License-Identifier: BSL-1.0
#include <procpool/pool.hpp>

auto refused(procpool::pool& pool, int base, const std::vector<int>& numbers)
{
    return pool.map([base](int x) { return base + x; }, numbers);
}
