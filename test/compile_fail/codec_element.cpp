// expect: a raw pointer means nothing in another process
// SPDX-License-Identifier: BSL-1.0
#include <procpool/codec.hpp>

void refused(procpool::writer& to, const std::map<int, std::vector<const char*>>& texts)
{
    procpool::encode(to, texts);
}
