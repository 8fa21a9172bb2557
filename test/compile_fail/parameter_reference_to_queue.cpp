// expect: take a queue or a pipe by value
// SPDX-License-Identifier: BSL-1.0
#include <procpool/queue.hpp>
#include <procpool/task.hpp>

void fill(procpool::queue<int>& numbers);

auto refused(const procpool::queue<int>& numbers)
{
    return procpool::task(fill, numbers);
}
