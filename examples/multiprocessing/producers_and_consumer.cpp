// SPDX-License-Identifier: BSL-1.0
//
// Two producers and a consumer over a queue with room for one item: who produces waits until the item before is taken.
// close() tells the consumer that there is no more to come.
#include <procpool.hpp>

#include <iostream>
#include <string>

void produce(const std::string& what, procpool::queue<std::string> to)
{
    for (int i = 1; i <= 3; ++i)
        to.put(what + ' ' + std::to_string(i));
}

void consume(procpool::queue<std::string> from)
try {
    for (;;) {
        const auto item = from.get();
        std::cout << "consumed " << item << std::endl;
    }
} catch (const boost::system::system_error& end) {
    std::cout << end.what() << std::endl;
}

int main()
{
    procpool::run_if_worker();
    procpool::queue<std::string> items(1);
    procpool::process bread(produce, "bread", items);
    procpool::process cheese(produce, "cheese", items);
    procpool::process consumer(consume, items);
    for (auto* each : {&bread, &cheese, &consumer})
        each->start();
    bread.join();
    cheese.join();
    items.close();
    consumer.join();
}
