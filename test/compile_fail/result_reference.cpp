// expect: a task must not return a reference or a pointer
// SPDX-License-Identifier: BSL-1.0
#include <procpool/task.hpp>

const int& largest();

auto refused()
{
    return procpool::task(largest);
}
