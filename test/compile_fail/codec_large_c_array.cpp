// expect: procpool: this aggregate has more than 100 members, each element of a C array being one
// SPDX-License-Identifier: BSL-1.0
#include <procpool/codec.hpp>

struct record {
    char name[4096];
    int value;
};

void refused(procpool::writer& to, const record& value)
{
    procpool::encode(to, value);
}
