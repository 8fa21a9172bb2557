// expect: this object cannot be called with these arguments
// SPDX-License-Identifier: BSL-1.0
#include <procpool/task.hpp>

#include <string>

struct overloaded {
    int operator()(int) const { return 1; }
    int operator()(const std::string&) const { return 2; }
};

auto refused()
{
    return procpool::task<int>(overloaded{}, 1, 2);
}
