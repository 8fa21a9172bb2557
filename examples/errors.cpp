// SPDX-License-Identifier: BSL-1.0
//
// What a caller sees of a task that throws, of one whose process is killed, and of one that never ends.
//
//     build/dev/examples/errors
#include <procpool.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <iostream>

namespace asio = boost::asio;
using namespace std::chrono_literals;

enum class request { good, malformed, too_large, endless };

int answer(request what)
{
    if (what == request::malformed)
        throw std::invalid_argument("the request is malformed");
    if (what == request::too_large)
        std::raise(SIGKILL); // as the kernel does when memory runs out
    for (volatile bool endless = what == request::endless; endless;)
        continue;
    return 42;
}

// [errors]
asio::awaitable<void> serve(procpool::pool& pool, request what)
{
    const procpool::submit_options limits{.timeout = what == request::endless ? 100ms : 10s};
    try {
        const int result = co_await pool.async_submit(limits, answer, what, asio::use_awaitable);
        std::cout << "answer: " << result << '\n';
    } catch (const std::invalid_argument& error) { // thrown in the worker, caught here
        std::cout << "bad request: " << error.what() << '\n';
    } catch (const procpool::worker_crashed& error) {
        std::cout << "failed: the worker was " << error.status().str() << '\n';
    } catch (const boost::system::system_error& error) { // the pool's own errors, and cancellation
        std::cout << (error.code() == procpool::errc::timed_out ? "gave up: it ran too long" : error.what()) << '\n';
    }
}
// [/errors]

int main()
{
    procpool::run_if_worker();
    asio::io_context loop;
    procpool::pool pool(loop, {.workers = 1});
    for (const auto what : {request::malformed, request::too_large, request::endless, request::good})
        asio::co_spawn(loop, serve(pool, what), asio::detached); // what it does not catch is a bug
    loop.poll();                                                 // all four are submitted
    pool.close();
    loop.run();
}
