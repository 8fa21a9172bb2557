// expect: procpool: a class with a native_handle(), such as a thread, a mutex or a file, belongs to this process
// SPDX-License-Identifier: BSL-1.0
#include <procpool/pool.hpp>

#include <thread>

std::thread start();

auto refused(procpool::pool& pool)
{
    return pool.async_submit(start).get();
}
