// SPDX-License-Identifier: BSL-1.0
// One task that does nothing at a time: how long a lone caller waits. One worker.
#include "asio_future/pool.hpp"
#include "laps.hpp"
#include "pool_on_loop.hpp"

#include <benchmark/benchmark.h>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace {

namespace asio = boost::asio;

void report(benchmark::State& state, const laps& measured)
{
    state.counters["us"] = 1e6 * measured.median_seconds();
}

asio::awaitable<void> await_tasks(procpool::pool& pool, benchmark::State& state)
{
    co_await pool.async_submit(no_op, asio::use_awaitable); // starts the worker
    laps measured;
    for (auto _ : state) {
        measured.begin();
        co_await pool.async_submit(no_op, asio::use_awaitable);
        measured.end();
    }
    report(state, measured);
}

void coroutine(benchmark::State& state)
{
    pool_on_loop on({.workers = 1});
    asio::co_spawn(on.loop, await_tasks(on.pool, state), [&on](const std::exception_ptr& failure) {
        rethrow(failure);
        on.loop.stop();
    });
    on.run();
}

template <class Task>
void measure(benchmark::State& state, Task run_task)
{
    run_task();
    laps measured;
    for (auto _ : state) {
        measured.begin();
        run_task();
        measured.end();
    }
    report(state, measured);
}

// From a thread that is not the pool's.
void get(benchmark::State& state)
{
    procpool::pool pool({.workers = 1});
    measure(state, [&pool] { pool.async_submit(no_op).get(); });
}

void asio_future_get(benchmark::State& state)
{
    asio_future::pool pool(1);
    measure(state, [&pool] { pool.submit(limit::function::no_op, no_op_call<>).get(); });
}

void limit_round_trip(benchmark::State& state)
{
    limit::pool pool({});
    measure(state, [&pool] {
        submit_no_op(pool);
        pool.run();
    });
}

BENCHMARK(coroutine)->Name("procpool/round_trip_coroutine")->UseRealTime();
BENCHMARK(get)->Name("procpool/round_trip_get")->UseRealTime();
BENCHMARK(asio_future_get)->Name("asio_future/round_trip")->UseRealTime();
BENCHMARK(limit_round_trip)->Name("limit/round_trip")->UseRealTime();

} // namespace
