// SPDX-License-Identifier: BSL-1.0
//
// A pool of three processes runs ten tasks, three at a time: the processes are used again.
#include <procpool.hpp>

#include <iostream>
#include <set>
#include <thread>
#include <unistd.h>

using namespace std::chrono_literals;

pid_t work(int number)
{
    std::cout << "task " << number << " begins in process " << ::getpid() << std::endl;
    std::this_thread::sleep_for(100ms);
    std::cout << "task " << number << " ends" << std::endl;
    return ::getpid();
}

int main()
{
    procpool::run_if_worker();
    procpool::pool pool({.workers = 3});
    std::vector<procpool::future<pid_t>> tasks;
    for (int number = 0; number != 10; ++number)
        tasks.push_back(pool.async_submit(work, number));
    pool.close(); // no more tasks
    pool.join();  // until all have ended, and the processes too
    std::set<pid_t> processes;
    for (auto& each : tasks)
        processes.insert(each.get());
    std::cout << "ten tasks ran in at most three processes: " << std::boolalpha << (processes.size() <= 3) << '\n';
}
