// expect: procpool: a task must not return a reference or a pointer
// SPDX-License-Identifier: BSL-1.0
#include <procpool/pool.hpp>

const int& largest(int number);

void refused(procpool::pool& pool, const std::vector<int>& numbers)
{
    pool.map(largest, numbers);
}
