// expect: a queue or a pipe is no element that is mapped
// SPDX-License-Identifier: BSL-1.0
#include <procpool/pipe.hpp>
#include <procpool/pool.hpp>

void use(procpool::pipe<int> end);

void refused(procpool::pool& pool, const std::vector<procpool::pipe<int>>& all)
{
    pool.map(use, all);
}
