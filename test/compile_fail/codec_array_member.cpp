// expect: this aggregate has a C array or a base class
// SPDX-License-Identifier: BSL-1.0
#include <procpool/codec.hpp>

struct record {
    char name[8];
    int value;
};

void refused(procpool::writer& to, const record& value)
{
    procpool::encode(to, value);
}
