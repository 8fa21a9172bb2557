// expect: this aggregate has a C array or a base class
// SPDX-License-Identifier: BSL-1.0
#include <procpool/codec.hpp>

struct base {
    int value;
};

struct derived : base {
    int more;
};

derived refused(procpool::reader& from)
{
    return procpool::decode<derived>(from);
}
