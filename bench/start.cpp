// SPDX-License-Identifier: BSL-1.0
// From the construction of a pool to its first result, all workers being started at once.
#include "laps.hpp"
#include "pool_on_loop.hpp"
#include "tasks.hpp"

#include <benchmark/benchmark.h>

#include <memory>

namespace {

// A pool ends outside the measured time, with all its workers reaped: they do not burden the next one's start.
template <class Start>
void measure(benchmark::State& state, Start start_pool)
{
    laps measured;
    for (auto _ : state) {
        measured.begin();
        const auto pool = start_pool(static_cast<std::size_t>(state.range(0)));
        measured.end();
    }
    state.counters["p50_ms"] = 1e3 * measured.median_seconds();
}

auto start_procpool(std::size_t workers)
{
    auto on = std::make_unique<pool_on_loop>(procpool::pool_options{.workers = workers, .min_workers = workers});
    on->pool.async_submit(no_op, [&loop = on->loop](const std::exception_ptr& failure) {
        rethrow(failure);
        loop.stop();
    });
    on->run();
    return on;
}

auto start_yardstick(std::size_t workers)
{
    auto pool = std::make_unique<limit::pool>(limit::pool::options{.workers = static_cast<unsigned>(workers)});
    submit_no_op(*pool);
    pool->run();
    return pool;
}

void procpool_start(benchmark::State& state)
{
    measure(state, start_procpool);
}

void yardstick(benchmark::State& state)
{
    measure(state, start_yardstick);
}

void counts(benchmark::internal::Benchmark* which)
{
    which->ArgName("workers")->Arg(1)->Arg(2)->Arg(8)->UseRealTime();
}

BENCHMARK(procpool_start)->Name("procpool/start")->Apply(counts);
BENCHMARK(yardstick)->Name("yardstick/start")->Apply(counts);

} // namespace
