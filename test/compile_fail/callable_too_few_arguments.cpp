// expect: the number of arguments is not that of the
// SPDX-License-Identifier: BSL-1.0
#include <procpool/task.hpp>

int add(int a, int b = 1);

auto refused()
{
    return procpool::task(add, 1);
}
