// SPDX-License-Identifier: BSL-1.0
//
// imap() gives results in the order of its input, however long they take; imap_unordered() the fastest first.
#include <procpool.hpp>

#include <iostream>
#include <thread>
#include <unistd.h>

using namespace std::chrono_literals;

int sleep_for(int tenths)
{
    std::this_thread::sleep_for(tenths * 100ms);
    return tenths;
}

int main()
{
    procpool::run_if_worker();
    procpool::pool pool({.workers = 3, .min_workers = 3});
    const std::vector times{4, 3, 2};
    for (const int slept : pool.imap(sleep_for, times))
        std::cout << "in order: " << slept << '\n';
    for (const int slept : pool.imap_unordered(sleep_for, times))
        std::cout << "fastest first: " << slept << '\n';
    for (const long sum :
         pool.imap([](int a, long b) { return a + b; }, std::vector<std::pair<int, long>>{{1, 2}, {3, 4}}))
        std::cout << "of two arguments: " << sum << '\n';
}
