// SPDX-License-Identifier: BSL-1.0
//
// A program without an event loop: the pool has a thread of its own, and get() waits for a result.
//
//     build/dev/examples/quickstart
// [quickstart]
#include <procpool.hpp>

#include <iostream>

int divide(int dividend, int divisor)
{
    return dividend / divisor; // by zero: the kernel kills the process that does it, here a worker
}

int main()
{
    procpool::run_if_worker(); // first in main: workers are started from this same program, and begin here too
    procpool::pool pool({.workers = 2});

    auto good = pool.async_submit(divide, 84, 2); // runs in a worker process, from now on
    auto bad = pool.async_submit(divide, 1, 0);
    std::cout << "84 / 2 = " << good.get() << '\n';
    try {
        std::cout << "1 / 0 = " << bad.get() << '\n';
    } catch (const procpool::worker_crashed&) {
        std::cout << "1 / 0 has killed its worker, and this program goes on\n";
    }
}
// [/quickstart]
