// expect: procpool: a future gives its outcome only once: say so with std::move(future)(token)
// SPDX-License-Identifier: BSL-1.0
#include <procpool/pool.hpp>

#include <boost/asio/detached.hpp>

void refused(procpool::future<int>& future)
{
    future(boost::asio::detached);
}
