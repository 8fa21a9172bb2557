// expect: procpool: this aggregate is larger than 16 KiB and is not taken apart
// SPDX-License-Identifier: BSL-1.0
#include <procpool/codec.hpp>

struct frame {
    int number;
    std::array<char, 1 << 20> pixels;
};

static_assert(!procpool::serializable<frame>);

void refused(procpool::writer& to, const frame& value)
{
    procpool::encode(to, value);
}
