// SPDX-License-Identifier: BSL-1.0
//
// A pool of four processes; the results are collected through futures.
#include <procpool.hpp>

#include <iostream>

std::string greet(const std::string& name)
{
    return "hello, " + name;
}

int divide(int dividend, int divisor)
{
    if (divisor == 0)
        throw std::domain_error("division by zero");
    return dividend / divisor;
}

int main()
{
    procpool::run_if_worker();
    procpool::pool pool({.workers = 4});
    std::vector<procpool::future<std::string>> greetings;
    for (const auto* name : {"Ada", "Barbara", "Grace"})
        greetings.push_back(pool.async_submit(greet, name));
    auto fails = pool.async_submit(divide, 1, 0);
    for (auto& each : greetings)
        std::cout << each.get() << '\n';
    try {
        fails.get();
    } catch (const std::domain_error& error) { // as it was thrown there
        std::cout << error.what() << '\n';
    }
}
