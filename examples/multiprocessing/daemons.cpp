// SPDX-License-Identifier: BSL-1.0
//
// Daemons end with the program: it waits for the reader, and terminates the watcher, which would never end.
#include <procpool.hpp>

#include <iostream>
#include <thread>

using namespace std::chrono_literals;

void watch()
{
    for (;;)
        std::this_thread::sleep_for(1s);
}

void read_all()
{
    std::this_thread::sleep_for(1s);
    std::cout << procpool::this_process::name() << " has read all\n";
}

int main()
{
    procpool::run_if_worker();
    static procpool::process watcher({.name = "watcher", .daemon = true}, watch);
    static procpool::process reader({.name = "reader"}, read_all);
    watcher.start();
    reader.start();
    for (const auto& each : procpool::active_children())
        std::cout << each.name() << (each.is_daemon() ? " is a daemon\n" : " is none\n");
    std::cout << "the end of main" << std::endl;
}
