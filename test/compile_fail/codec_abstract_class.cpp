// expect: procpool: an abstract class cannot be made from bytes; pass a std::unique_ptr or a std::shared_ptr
// SPDX-License-Identifier: BSL-1.0
#include <procpool/codec.hpp>

struct shape {
    virtual ~shape() = default;
    virtual double area() const = 0;
};

void refused(procpool::writer& to, const shape& value)
{
    procpool::encode(to, value);
}
