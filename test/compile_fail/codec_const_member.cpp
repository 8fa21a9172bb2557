// expect: what is const cannot be read back
// SPDX-License-Identifier: BSL-1.0
#include <procpool/codec.hpp>

#include <utility>

void refused(procpool::writer& to, const std::pair<const int, int>& value)
{
    procpool::encode(to, value);
}
