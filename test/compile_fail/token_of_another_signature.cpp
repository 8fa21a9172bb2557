// expect: is neither an argument of the task nor a completion token for
// SPDX-License-Identifier: BSL-1.0
#include <procpool/pool.hpp>

int query();

void refused(procpool::pool& pool)
{
    pool.async_submit(query, [](int result) { return result; });
}
