// SPDX-License-Identifier: BSL-1.0
//
// Writer and reader side by side. The reader reads for ever, so it is terminated when all has been read: here that is
// when each item was reported as done.
#include <procpool.hpp>

#include <iostream>
#include <string>

void write_letters(procpool::queue<std::string> to)
{
    for (const std::string item : {"A", "B", "C"})
        to.put(item);
}

void read_letters(procpool::queue<std::string> from)
{
    for (;;) {
        std::cout << "got " << from.get() << std::endl;
        from.task_done();
    }
}

int main()
{
    procpool::run_if_worker();
    procpool::queue<std::string> items;
    procpool::process pw(write_letters, items);
    procpool::process pr(read_letters, items);
    pw.start();
    pr.start();
    pw.join();
    items.join();
    pr.terminate();
    pr.join();
    std::cout << "writer " << *pw.exit_code() << ", reader " << *pr.exit_code() << '\n';
}
