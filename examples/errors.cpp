// SPDX-License-Identifier: BSL-1.0
//
// What a caller sees of a task that throws, of one whose process is killed, and of one that never ends. The pool goes on.
//
//     build/dev/examples/errors
#include <procpool.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <iostream>
#include <stdexcept>

namespace asio = boost::asio;
using namespace std::chrono_literals;

enum class request { good, malformed, too_large, endless };

int answer(request what)
{
    if (what == request::malformed)
        throw std::invalid_argument("the request is malformed");
    if (what == request::too_large)
        std::raise(SIGKILL); // as the kernel does when memory runs out
    while (what == request::endless)
        std::atomic_signal_fence(std::memory_order_seq_cst); // work that the compiler may not take for none
    return 42;
}

// [errors]
asio::awaitable<void> serve(procpool::pool& pool, request what)
{
    const procpool::submit_options limits{.timeout = what == request::endless ? 100ms : 10s};
    try {
        std::cout << "answer: " << co_await pool.async_submit(limits, answer, what, asio::use_awaitable) << '\n';
    } catch (const std::invalid_argument& error) { // thrown in the worker, caught here
        std::cout << "bad request: " << error.what() << '\n';
    } catch (const procpool::worker_crashed& error) {
        std::cout << "failed: the worker was " << error.status().str() << '\n';
    } catch (const boost::system::system_error& error) { // the pool's own errors, and cancellation
        std::cout << (error.code() == procpool::errc::timed_out ? "gave up: it ran too long" : error.what()) << '\n';
    }
}
// [/errors]

asio::awaitable<void> run(procpool::pool& pool)
{
    for (const auto what : {request::malformed, request::too_large, request::endless, request::good})
        co_await serve(pool, what);
    pool.close();
}

int main()
{
    procpool::run_if_worker();
    asio::io_context loop;
    procpool::pool pool(loop, {.workers = 1});
    asio::co_spawn(loop, run(pool), asio::detached); // serve() lets nothing out
    loop.run();
}
