// expect: procpool: a future gives its outcome only once: say so with co_await std::move(future)
// SPDX-License-Identifier: BSL-1.0
#include <procpool/pool.hpp>

#include <boost/asio/awaitable.hpp>

int twice(int number);

boost::asio::awaitable<int> refused(procpool::pool& pool)
{
    auto future = pool.async_submit(twice, 1);
    co_return co_await future;
}
