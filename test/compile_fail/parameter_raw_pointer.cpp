// expect: a task must not take a raw pointer
// SPDX-License-Identifier: BSL-1.0
#include <procpool/task.hpp>

int first(const int* numbers);

auto refused(const int* numbers)
{
    return procpool::task(first, numbers);
}
