// SPDX-License-Identifier: BSL-1.0
//
// A coroutine on the program's own event loop that waits for tasks. The loop's thread never blocks: it could serve
// clients meanwhile.
//
//     build/dev/examples/coroutine
#include <procpool.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdlib>
#include <iostream>

namespace asio = boost::asio;

int count_primes(int begin, int end)
{
    int count = 0;
    for (int candidate = begin; candidate < end; ++candidate) {
        int divisor = 2;
        while (divisor * divisor <= candidate && candidate % divisor != 0)
            ++divisor;
        count += candidate > 1 && divisor * divisor > candidate;
    }
    return count;
}

// [coroutine]
asio::awaitable<void> run(procpool::pool& pool)
{
    auto lower = pool.async_submit(count_primes, 0, 50'000); // a future: its task is queued already
    auto upper = pool.async_submit(count_primes, 50'000, 100'000);
    const int both = co_await std::move(lower) + co_await std::move(upper);
    const int few = co_await pool.async_submit(count_primes, 0, 100, asio::use_awaitable); // queued by co_await
    std::cout << few << " primes below 100, " << both << " below 100000\n";
    co_await pool.async_join(asio::use_awaitable); // until then the pool keeps the loop running
}
// [/coroutine]

int main()
{
    procpool::run_if_worker();
    try {
        asio::io_context loop;
        procpool::pool pool(loop);
        asio::co_spawn(loop, run(pool), [](std::exception_ptr failure) {
            if (failure)
                std::rethrow_exception(failure); // out of loop.run()
        });
        loop.run();
    } catch (const std::exception& failure) {
        std::cerr << "coroutine: " << failure.what() << '\n';
        return EXIT_FAILURE;
    }
}
