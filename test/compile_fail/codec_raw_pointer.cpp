// expect: a raw pointer means nothing in another process
// SPDX-License-Identifier: BSL-1.0
#include <procpool/codec.hpp>

int* refused(procpool::reader& from)
{
    return procpool::decode<int*>(from);
}
