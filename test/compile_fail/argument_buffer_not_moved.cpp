// expect: a buffer goes to one task, without a copy: pass it by std::move()
// SPDX-License-Identifier: BSL-1.0
#include <procpool/task.hpp>

void use(const procpool::buffer<int>& values);

auto refused(const procpool::buffer<int>& values)
{
    return procpool::task(use, values);
}
