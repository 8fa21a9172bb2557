// expect: procpool: a task must not take a non-const reference: it runs in another process
// SPDX-License-Identifier: BSL-1.0
#include <procpool/pool.hpp>

void increment(int& number);

void refused(procpool::pool& pool, std::vector<int>& numbers)
{
    pool.map(increment, numbers);
}
