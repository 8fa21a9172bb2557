// SPDX-License-Identifier: BSL-1.0
// A program's own recovery, tested: the pool is told what is to go wrong.
#include <procpool.hpp>

#include <iostream>

int square(int value)
{
    return value * value;
}

// [faults]
// What this program does when a worker dies: it says so, and counts with what it has.
int sum_of_squares(procpool::pool& pool, int count)
{
    std::vector<procpool::future<int>> squares;
    for (int i = 1; i <= count; ++i)
        squares.push_back(pool.async_submit(square, i));
    int sum = 0;
    for (int i = 1; i <= count; ++i)
        try {
            sum += squares[static_cast<std::size_t>(i) - 1].get();
        } catch (const procpool::worker_crashed&) {
            std::cout << "the square of " << i << " is missing\n";
        }
    return sum;
}

void test_what_happens_when_a_worker_dies()
{
    using procpool::fault_point;
    procpool::pool pool({.workers = 1,
                         .faults = {{.at = fault_point::spawn, .worker = 1, .error = EAGAIN}, // costs a second try
                                    {.at = fault_point::in_answer, .worker = 2, .nth = 3}}}); // of the third task
    std::cout << sum_of_squares(pool, 4) << '\n';
}
// [/faults]

int main()
{
    procpool::run_if_worker();
    test_what_happens_when_a_worker_dies();
}
