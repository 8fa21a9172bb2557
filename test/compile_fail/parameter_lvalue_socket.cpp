// expect: procpool: a socket belongs to this process and cannot be serialized
// SPDX-License-Identifier: BSL-1.0
#include <procpool/pool.hpp>

#include <boost/asio/ip/tcp.hpp>

void serve(const boost::asio::ip::tcp::socket& client);

void refused(procpool::pool& pool, boost::asio::ip::tcp::socket& client)
{
    pool.async_submit(serve, client).get();
}
