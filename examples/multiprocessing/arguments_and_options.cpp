// SPDX-License-Identifier: BSL-1.0
//
// A process with arguments: positional ones, and an aggregate where Python has keyword arguments. It is terminated
// after a second.
#include <procpool.hpp>

#include <iostream>
#include <thread>

using namespace std::chrono_literals;

struct details {
    std::string town = "nowhere";
    int height = 0;
    bool likes_tea = false;
};

void introduce(const std::string& name, int age, const details& more)
{
    std::cout << name << " is " << age << ", " << more.height << " cm, from " << more.town
              << (more.likes_tea ? ", and likes tea" : "") << std::endl;
    std::this_thread::sleep_for(1h);
}

int main()
{
    procpool::run_if_worker();
    procpool::process one({.name = "introduction"}, introduce, "Ada", 36, details{.town = "London", .likes_tea = true});
    one.start();
    std::cout << one.name() << (one.is_alive() ? " is alive" : " is not alive") << std::endl;
    if (!one.join(1s)) // it has not ended by then
        one.terminate();
    one.join();
    std::cout << one.name() << (one.is_alive() ? " is alive" : " is not alive") << '\n';
}
