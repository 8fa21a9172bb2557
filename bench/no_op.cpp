// SPDX-License-Identifier: BSL-1.0
// Tasks that do nothing, 100,000 submitted at once: what a task costs when none waits for another. The first burst
// starts the workers and is not measured.
#include "asio_future/pool.hpp"
#include "pool_on_loop.hpp"

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
    const auto tasks = static_cast<double>(state.iterations()) * burst;
    state.counters["tasks/s"] = benchmark::Counter(tasks, benchmark::Counter::kIsRate);
}

std::size_t workers(const benchmark::State& state)
{
    return static_cast<std::size_t>(state.range(0));
}

void callback(benchmark::State& state)
{
    pool_on_loop on({.workers = workers(state)});
    measure(state, [&on] { on.run_all(burst, no_op); });
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
template <class Submit>
void measure_futures(benchmark::State& state, Submit submit)
{
    std::vector<decltype(submit())> futures;
    measure(state, [&] {
        for (std::size_t i = 0; i != burst; ++i)
            futures.push_back(submit());
        for (auto& each : futures)
            each.get();
        futures.clear();
    });
}

void future(benchmark::State& state)
{
    procpool::pool pool({.workers = workers(state)});
    measure_futures(state, [&pool] { return pool.async_submit(no_op); });
}

void asio_future_burst(benchmark::State& state)
{
    asio_future::pool pool(static_cast<unsigned>(workers(state)));
    measure_futures(state, [&pool] { return pool.submit(limit::function::no_op, no_op_call<>); });
}

void limit_burst(benchmark::State& state)
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
BENCHMARK(asio_future_burst)->Name("asio_future/no_op")->Apply(for_one_and_two_workers);
BENCHMARK(limit_burst)->Name("limit/no_op")->Apply(for_one_and_two_workers);

} // namespace
