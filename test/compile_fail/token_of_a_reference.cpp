// expect: procpool: a task must not return a reference or a pointer
// SPDX-License-Identifier: BSL-1.0
#include <procpool/pool.hpp>

#include <boost/asio/detached.hpp>

const int& largest();

void refused(procpool::pool& pool)
{
    pool.async_submit(largest, boost::asio::detached);
}
