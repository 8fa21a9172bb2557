// expect: or a std::vector as parameter and result of a function that is mapped
// SPDX-License-Identifier: BSL-1.0
#include <procpool/pool.hpp>

procpool::buffer<int> use(procpool::buffer<int> values);

auto refused(procpool::pool& pool, std::vector<procpool::buffer<int>> all)
{
    return pool.imap(use, std::move(all));
}
