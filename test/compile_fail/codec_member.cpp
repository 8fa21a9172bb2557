// expect: explain_part
// SPDX-License-Identifier: BSL-1.0
#include <procpool/codec.hpp>

struct job {
    int id;
    int* pointer;
};

void refused(procpool::writer& to, const job& value)
{
    procpool::encode(to, value);
}
