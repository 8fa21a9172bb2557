// SPDX-License-Identifier: BSL-1.0
//
// Two endless loops side by side, each in a process of its own, until they are terminated.
#include <procpool.hpp>

#include <iostream>
#include <thread>

using namespace std::chrono_literals;

void repeat(const std::string& word)
{
    for (;; std::this_thread::sleep_for(200ms))
        std::cout << word << std::endl;
}

int main()
{
    procpool::run_if_worker();
    procpool::process sing(repeat, "singing");
    procpool::process dance(repeat, "dancing");
    sing.start();
    dance.start();
    std::this_thread::sleep_for(1s);
    for (auto* each : {&sing, &dance}) {
        each->terminate();
        each->join();
        std::cout << each->name() << " was " << each->exit_status()->str() << ", exit code " << *each->exit_code()
                  << '\n';
    }
}
