// expect: procpool: each element that is mapped is one argument
// SPDX-License-Identifier: BSL-1.0
#include <procpool/pool.hpp>

int add(int left, int right);

auto refused(procpool::pool& pool, const std::vector<int>& numbers)
{
    return pool.map(add, numbers);
}
