// expect: a pointer to a member is not a task
// SPDX-License-Identifier: BSL-1.0
#include <procpool/task.hpp>

struct counter {
    int next() { return 1; }
};

auto refused(counter c)
{
    return procpool::task(&counter::next, c);
}
