// expect: procpool: a std::function cannot be serialized, because it may hold anything
// SPDX-License-Identifier: BSL-1.0
#include <procpool/pool.hpp>

#include <functional>

auto refused(procpool::pool& pool, const std::function<int(int)>& function)
{
    return pool.async_submit(function, 1).get();
}
