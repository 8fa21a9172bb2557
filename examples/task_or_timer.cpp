// SPDX-License-Identifier: BSL-1.0
//
// A task against a timer, and the status of an HTTP answer for each way to fail.
//
//     build/dev/examples/task_or_timer
#include <procpool.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdlib>
#include <iostream>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;

enum class request { good, malformed, crashing, endless };

int answer(request what)
{
    if (what == request::malformed)
        throw std::invalid_argument("the request is malformed");
    if (what == request::crashing)
        std::abort();
    for (volatile bool endless = what == request::endless; endless;)
        continue;
    return 42;
}

// [status]
int status_of(const std::exception_ptr& failure)
{
    using enum procpool::task_end;
    switch (procpool::outcome_of(failure)) {
    case returned:
        return 200;
    case threw: // the task's own exception
        return 400;
    case timed_out:
    case queue_timed_out:
    case deadline_exceeded:
        return 504;
    case cancelled:
    case pool_closed:
    case refused: // such as errc::queue_full
        return 503;
    default: // crashed, quarantined, start_failed
        return 500;
    }
}
// [/status]

// [race]
asio::awaitable<int> serve(procpool::pool& pool, request what)
{
    // Without as_tuple, || would wait for the first success: a task that crashes at once would lose against the timer.
    asio::steady_timer timer(co_await asio::this_coro::executor, what == request::endless ? 100ms : 1h);
    const auto winner = co_await (pool.async_submit(answer, what, asio::as_tuple(asio::use_awaitable)) ||
                                  timer.async_wait(asio::use_awaitable));
    if (winner.index() == 1)
        co_return 504; // the timer: the task is cancelled, and its worker replaced
    const auto& [failure, result] = std::get<0>(winner);
    co_return status_of(failure);
}
// [/race]

asio::awaitable<void> serve_all(procpool::pool& pool)
{
    for (const auto what : {request::good, request::malformed, request::crashing, request::endless}) {
        const int status = co_await serve(pool, what);
        std::cout << status << '\n';
    }
    pool.close();
}

int main()
{
    procpool::run_if_worker();
    asio::io_context loop;
    procpool::pool pool(loop, {.workers = 1});
    asio::co_spawn(loop, serve_all(pool), [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    });
    loop.run();
}
