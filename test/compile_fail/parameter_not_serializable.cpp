// expect: a parameter's type cannot be serialized
// SPDX-License-Identifier: BSL-1.0
#include <procpool/task.hpp>

#include <mutex>

void lock(const std::mutex& mutex);

auto refused(const std::mutex& mutex)
{
    return procpool::task(lock, mutex);
}
