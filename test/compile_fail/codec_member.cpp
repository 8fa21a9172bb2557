// expect: procpool: a raw pointer means nothing in another process
// note: explain_part<job, 1
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
