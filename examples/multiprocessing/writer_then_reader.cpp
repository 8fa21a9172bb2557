// SPDX-License-Identifier: BSL-1.0
//
// One process writes into a queue, and when it has ended another one reads what is there.
#include <procpool.hpp>

#include <iostream>
#include <string>

void write_letters(procpool::queue<std::string> to)
{
    for (const std::string item : {"A", "B", "C"}) {
        std::cout << "put " << item << std::endl;
        to.put(item);
    }
}

void read_letters(procpool::queue<std::string> from)
{
    while (const auto item = from.try_get())
        std::cout << "got " << *item << std::endl;
}

int main()
{
    procpool::run_if_worker();
    procpool::queue<std::string> items;
    procpool::process pw(write_letters, items);
    procpool::process pr(read_letters, items);
    pw.start();
    pw.join();
    pr.start();
    pr.join();
    std::cout << items.size() << " left\n";
}
