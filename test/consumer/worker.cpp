// SPDX-License-Identifier: BSL-1.0
// The worker program: offers one task by name.
#include <procpool.hpp>

#include <string>

std::string greet(std::string name)
{
    return "hello " + name;
}

int main()
{
    procpool::register_task("greet", greet);
    procpool::run_if_worker();
    return 1; // only procpool starts this program
}
