// SPDX-License-Identifier: BSL-1.0
//
// A program without an event loop: the pool has a thread of its own, and get() waits for a result.
//
//     build/dev/examples/quickstart
// [quickstart]
#include <procpool.hpp>

#include <cstdlib>
#include <iostream>

int divide(int dividend, int divisor)
{
    if (divisor == 0)
        std::abort(); // as a failed assertion in somebody's library would
    return dividend / divisor;
}

int main()
{
    procpool::run_if_worker(); // first in main: workers are started from this same program, and begin here too
    procpool::pool pool({.workers = 2});

    auto good = pool.async_submit(divide, 84, 2); // a future: the task is queued, and runs in a worker process
    auto bad = pool.async_submit(divide, 1, 0);
    std::cout << "84 / 2 = " << good.get() << '\n';
    try {
        bad.get();
    } catch (const procpool::worker_crashed&) {
        std::cout << "1 / 0 killed its worker, and this program goes on\n";
    }
}
// [/quickstart]
