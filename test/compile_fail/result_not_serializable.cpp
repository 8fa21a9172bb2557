// expect: a task's result cannot be serialized
// SPDX-License-Identifier: BSL-1.0
#include <procpool/task.hpp>

#include <thread>

std::thread start();

auto refused()
{
    return procpool::task(start);
}
