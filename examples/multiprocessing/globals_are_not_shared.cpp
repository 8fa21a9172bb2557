// SPDX-License-Identifier: BSL-1.0
//
// Processes do not share globals: each child changes its own, and the parent's stays as it was.
#include <procpool.hpp>

#include <iostream>

int number = 100;

void change(int by)
{
    number += by;
    std::cout << "in " << procpool::this_process::name() << " it is " << number << '\n';
}

int main()
{
    procpool::run_if_worker();
    procpool::process up(change, 1);
    procpool::process down(change, -1);
    for (auto* each : {&up, &down}) {
        each->start();
        each->join();
    }
    std::cout << "in " << procpool::this_process::name() << " it is " << number << '\n';
}
