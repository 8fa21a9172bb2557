// expect: a task's result cannot be serialized
// SPDX-License-Identifier: BSL-1.0
#include <procpool/pool.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/deferred.hpp>

class account {
public:
    account();
    int balance() const;

private:
    int balance_ = 0;
};

account open_account();

boost::asio::awaitable<int> refused(procpool::pool& pool)
{
    const auto opened = co_await pool.async_submit(open_account, boost::asio::deferred);
    co_return opened.balance();
}
