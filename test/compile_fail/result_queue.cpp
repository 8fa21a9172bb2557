// expect: a task must not return a queue or a pipe
// SPDX-License-Identifier: BSL-1.0
#include <procpool/queue.hpp>
#include <procpool/task.hpp>

procpool::queue<int> make();

auto refused()
{
    return procpool::task(make);
}
