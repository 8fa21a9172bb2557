// SPDX-License-Identifier: BSL-1.0
//
// Who waits for each result inside of the loop has made a pool that does one thing after the other. Who collects the
// futures first, and waits then, has not.
#include <procpool.hpp>

#include <iostream>
#include <thread>

using namespace std::chrono_literals;
using std::chrono::steady_clock;

int slow_square(int x)
{
    std::this_thread::sleep_for(100ms);
    return x * x;
}

void report(const std::string& what, steady_clock::time_point begin, int sum)
{
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begin);
    std::cout << what << ": sum " << sum << " after " << took.count() << " ms\n";
}

int main()
{
    procpool::run_if_worker();
    procpool::pool pool({.workers = 4, .min_workers = 4});
    auto begin = steady_clock::now();
    int sum = 0;
    for (int x = 0; x != 4; ++x)
        sum += pool.async_submit(slow_square, x).get(); // waits here, each time
    report("one after the other", begin, sum);

    begin = steady_clock::now();
    std::vector<procpool::future<int>> squares;
    for (int x = 0; x != 4; ++x)
        squares.push_back(pool.async_submit(slow_square, x));
    sum = 0;
    for (auto& each : squares)
        sum += each.get();
    report("side by side", begin, sum);
}
