// expect: a task must not take a non-const reference
// SPDX-License-Identifier: BSL-1.0
#include <procpool/task.hpp>

void increment(int& number);

auto refused(int number)
{
    return procpool::task(increment, number);
}
