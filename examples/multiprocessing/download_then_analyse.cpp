// SPDX-License-Identifier: BSL-1.0
//
// A pipeline: one process downloads, another one analyses what has come while the next is being downloaded.
#include <procpool.hpp>

#include <iostream>
#include <string>
#include <thread>
#include <vector>

struct page {
    std::string name;
    std::vector<double> numbers;
};

void download(const std::vector<std::string>& names, procpool::queue<page> to)
{
    for (const auto& name : names) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50)); // the network
        to.put({name, std::vector<double>(1000, static_cast<double>(name.size()))});
    }
    to.close();
}

void analyse(procpool::queue<page> from)
try {
    for (;;) {
        const auto got = from.get();
        double sum = 0;
        for (const double each : got.numbers)
            sum += each;
        std::cout << got.name << ": " << sum << std::endl;
    }
} catch (const boost::system::system_error& end) {
    if (end.code() != make_error_code(procpool::errc::queue_closed))
        throw;
}

int main()
{
    procpool::run_if_worker();
    procpool::queue<page> pages(10);
    procpool::process downloading(download, std::vector<std::string>{"one", "three", "eleven"}, pages);
    procpool::process analysing(analyse, pages);
    downloading.start();
    analysing.start();
    analysing.join();
    downloading.join();
    std::cout << "done: " << *downloading.exit_code() << ' ' << *analysing.exit_code() << '\n';
}
