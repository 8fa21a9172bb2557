// expect: procpool: this library needs C++20
// flags: -std=c++17
// SPDX-License-Identifier: BSL-1.0
#include <procpool.hpp>

int twice(int number);

auto refused(procpool::pool& pool)
{
    return pool.async_submit(twice, 1).get();
}
