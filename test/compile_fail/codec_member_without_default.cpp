// expect: procpool: this aggregate has a member that {} cannot initialize
// SPDX-License-Identifier: BSL-1.0
#include <procpool/codec.hpp>

// Boost.PFR would try all numbers of members up to that of the bits in this.
struct record {
    int& counter;
    std::array<char, 1024> name;
};

void refused(procpool::writer& to, const record& value)
{
    procpool::encode(to, value);
}
