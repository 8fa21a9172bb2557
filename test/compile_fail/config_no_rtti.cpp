// expect: procpool: this library needs run-time type information
// flags: -fno-rtti
// SPDX-License-Identifier: BSL-1.0
#include <procpool.hpp>

int twice(int number);

auto refused(procpool::pool& pool)
{
    return pool.async_submit(twice, 1).get();
}
