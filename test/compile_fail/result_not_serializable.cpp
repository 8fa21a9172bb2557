// expect: a task's result cannot be serialized
// SPDX-License-Identifier: BSL-1.0
#include <procpool/task.hpp>

class account {
public:
    account();

private:
    int balance_ = 0;
};

account open_account();

auto refused()
{
    return procpool::task(open_account);
}
