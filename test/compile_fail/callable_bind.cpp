// expect: procpool: the result of std::bind cannot be serialized; pass the function, and what is bound as its arguments
// SPDX-License-Identifier: BSL-1.0
#include <procpool/pool.hpp>

#include <functional>

int add(int left, int right);

auto refused(procpool::pool& pool)
{
    return pool.async_submit(std::bind(add, 1, std::placeholders::_1), 2).get();
}
