// expect: procpool: this aggregate is larger than 16 KiB and is not taken apart
// note: explain_part<std::optional<frame>, 0
// SPDX-License-Identifier: BSL-1.0
#include <procpool/pool.hpp>

struct frame {
    int number;
    std::array<char, 1 << 20> pixels;
};

struct film {
    std::string name;
    std::vector<std::optional<frame>> frames;
};

film cut(const film& uncut);

auto refused(procpool::pool& pool, const std::vector<film>& all)
{
    return pool.map(cut, all);
}
