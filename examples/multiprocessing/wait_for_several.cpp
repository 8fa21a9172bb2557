// SPDX-License-Identifier: BSL-1.0
//
// Waits for a queue and a process at a time, as multiprocessing.connection.wait() does: for the next result, or for the
// end of the process, however it ends.
#include <procpool.hpp>

#include <cstdlib>
#include <iostream>

void put_squares(procpool::queue<int> to)
{
    for (int i = 1; i <= 3; ++i)
        to.put(i * i);
    std::exit(7); // more were promised
}

int main()
{
    procpool::run_if_worker();
    procpool::queue<int> squares;
    procpool::process worker(put_squares, squares);
    worker.start();
    for (bool runs = true; runs;) {
        const auto ready = procpool::wait_ready({squares, worker});
        while (const auto square = squares.try_get())
            std::cout << "got " << *square << '\n';
        runs = ready.back() != 1; // the place of the worker
    }
    std::cout << "it has ended with exit code " << *worker.exit_code() << '\n';
}
