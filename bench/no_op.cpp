// SPDX-License-Identifier: BSL-1.0
// Tasks that do nothing, 100,000 submitted at once: what a task costs when none waits for another. The first burst
// starts the workers and is not measured.
#include "pool_on_loop.hpp"
#include "tasks.hpp"

#include <benchmark/benchmark.h>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <vector>

namespace {

namespace asio = boost::asio;

template <class Burst>
void measure(benchmark::State& state, Burst run_burst)
{
    run_burst();
    for (auto _ : state)
        run_burst();
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(burst));
}

std::size_t workers(const benchmark::State& state)
{
    return static_cast<std::size_t>(state.range(0));
}

void callback(benchmark::State& state)
{
    pool_on_loop on({.workers = workers(state)});
    measure(state, [&on] {
        std::size_t left = burst;
        for (std::size_t i = 0; i != burst; ++i)
            on.pool.async_submit(no_op, [&](const std::exception_ptr& failure) {
                rethrow(failure);
                if (--left == 0)
                    on.loop.stop();
            });
        on.run();
    });
}

// A server's connections: a thousand coroutines, each of which awaits one task after another.
constexpr std::size_t sessions = 1'000;

asio::awaitable<void> session(procpool::pool& pool)
{
    for (std::size_t i = 0; i != burst / sessions; ++i)
        co_await pool.async_submit(no_op, asio::use_awaitable);
}

void coroutine(benchmark::State& state)
{
    pool_on_loop on({.workers = workers(state)});
    measure(state, [&on] {
        std::size_t left = sessions;
        for (std::size_t i = 0; i != sessions; ++i)
            asio::co_spawn(on.loop, session(on.pool), [&](const std::exception_ptr& failure) {
                rethrow(failure);
                if (--left == 0)
                    on.loop.stop();
            });
        on.run();
    });
}

// Submitted and collected by this thread, while the pool's own thread runs the loop.
void future(benchmark::State& state)
{
    procpool::pool pool({.workers = workers(state)});
    std::vector<procpool::future<void>> futures;
    measure(state, [&] {
        for (std::size_t i = 0; i != burst; ++i)
            futures.push_back(pool.async_submit(no_op));
        for (auto& each : futures)
            each.get();
        futures.clear();
    });
}

void yardstick(benchmark::State& state)
{
    limit::pool pool({.workers = static_cast<unsigned>(workers(state))});
    measure(state, [&pool] {
        for (std::size_t i = 0; i != burst; ++i)
            submit_no_op(pool);
        pool.run();
    });
}

void for_one_and_two_workers(benchmark::internal::Benchmark* which)
{
    which->ArgName("workers")->Arg(1)->Arg(2)->UseRealTime();
}

BENCHMARK(callback)->Name("procpool/no_op_callback")->Apply(for_one_and_two_workers);
BENCHMARK(coroutine)->Name("procpool/no_op_coroutine")->Apply(for_one_and_two_workers);
BENCHMARK(future)->Name("procpool/no_op_future")->Apply(for_one_and_two_workers);
BENCHMARK(yardstick)->Name("yardstick/no_op")->Apply(for_one_and_two_workers);

} // namespace
