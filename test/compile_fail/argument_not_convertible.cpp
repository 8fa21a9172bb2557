// expect: an argument cannot be converted to the
// SPDX-License-Identifier: BSL-1.0
#include <procpool/task.hpp>

#include <string>

int length(const std::string& text);

auto refused()
{
    return procpool::task(length, 1.5);
}
