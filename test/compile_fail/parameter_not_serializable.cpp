// expect: a parameter's type cannot be serialized
// SPDX-License-Identifier: BSL-1.0
#include <procpool/task.hpp>

class secret {
public:
    virtual ~secret() = default;

private:
    int value_ = 0;
};

void keep(const secret& value);

auto refused(const secret& value)
{
    return procpool::task(keep, value);
}
