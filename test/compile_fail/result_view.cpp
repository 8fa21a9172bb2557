// expect: a task must not return a view
// SPDX-License-Identifier: BSL-1.0
#include <procpool/task.hpp>

#include <string_view>

std::string_view name();

auto refused()
{
    return procpool::task(name);
}
