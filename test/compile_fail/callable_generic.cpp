// expect: procpool: this object cannot be called with these arguments
// SPDX-License-Identifier: BSL-1.0
#include <procpool/pool.hpp>

auto refused(procpool::pool& pool)
{
    return pool.async_submit([](auto left, auto right) { return left + right; }, 1);
}
