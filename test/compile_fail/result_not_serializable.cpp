// expect: a task's result cannot be serialized
// SPDX-License-Identifier: BSL-1.0
#include <procpool/task.hpp>

class account {
public:
    account();

private:
    int balance_ = 0;
};

account open();

auto refused()
{
    return procpool::task(open);
}
