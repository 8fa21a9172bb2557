// expect: a buffer goes by itself, as a parameter or as the result, not inside of another value
// SPDX-License-Identifier: BSL-1.0
#include <procpool/codec.hpp>

#include <vector>

void refused(procpool::writer& to, const std::vector<procpool::buffer<int>>& values)
{
    procpool::encode(to, values);
}
