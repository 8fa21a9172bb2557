// expect: procpool: a class with a native_handle(), such as a thread, a mutex or a file, belongs to this process
// SPDX-License-Identifier: BSL-1.0
#include <procpool/pool.hpp>

#include <mutex>

void lock(const std::mutex& mutex);

void refused(procpool::pool& pool, const std::mutex& mutex)
{
    pool.async_submit(lock, mutex).get();
}
