// SPDX-License-Identifier: BSL-1.0
//
// A line server: worker processes echo, the event loop greets. SIGTERM: it ends when the lines it read are answered.
//
//     build/dev/examples/echo_server          prints its port; then: nc 127.0.0.1 PORT
#include <procpool.hpp>

#include <boost/asio.hpp>

#include <iostream>

namespace asio = boost::asio;
using asio::use_awaitable, asio::ip::tcp;
using namespace std::chrono_literals;

constexpr auto echo = [](std::string line) { return "process " + std::to_string(getpid()) + ": " + line; };

asio::awaitable<void> serve(tcp::socket client, procpool::pool& pool)
{
    std::string in;
    std::string out = std::to_string(pool.stats().busy) + " workers are busy\n"; // said at once, however busy they are
    for (;;) { // until the client leaves, or sends a line that is too long: then this throws
        co_await asio::async_write(client, asio::buffer(out), use_awaitable);
        const auto size = co_await asio::async_read_until(client, asio::dynamic_buffer(in, 4096), '\n', use_awaitable);
        try {
            out = co_await pool.async_submit({.timeout = 10s}, echo, in.substr(0, size), use_awaitable);
        } catch (const std::exception& error) { // costs the client this line, not the connection
            out = std::string("error: ") + error.what() + '\n';
        }
        in.erase(0, size);
    }
}

asio::awaitable<void> accept(tcp::acceptor& acceptor, procpool::pool& pool)
{
    while (acceptor.is_open()) {
        auto [error, client] = co_await acceptor.async_accept(asio::as_tuple(use_awaitable));
        if (!error)
            asio::co_spawn(acceptor.get_executor(), serve(std::move(client), pool), asio::detached);
        else // such as too many open files
            co_await asio::steady_timer(acceptor.get_executor(), 100ms).async_wait(use_awaitable);
    }
}

int main()
{
    procpool::run_if_worker();
    asio::io_context loop;
    procpool::pool pool(loop, {.max_pending = 1000}); // beyond it a line is answered with an error at once
    tcp::acceptor acceptor(loop, {asio::ip::address_v4::loopback(), 0});
    asio::co_spawn(loop, accept(acceptor, pool), asio::detached);
    asio::signal_set signals(loop, SIGTERM);
    signals.async_wait([&](boost::system::error_code, int) {
        acceptor.close();
        pool.async_shutdown(30s, [&](boost::system::error_code) { loop.stop(); }); // all answers have been sent before
    });
    std::cout << acceptor.local_endpoint().port() << std::endl;
    loop.run();
}
