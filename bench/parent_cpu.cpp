// SPDX-License-Identifier: BSL-1.0
// What a task of 100 us costs the parent, by few workers and by many: the processor time of the parent's process, which
// has one thread.
#include "pool_on_loop.hpp"

#include <benchmark/benchmark.h>

namespace {

constexpr std::size_t tasks = 2'000;
constexpr std::int64_t task_us = 100;

template <class RunAll>
void measure(benchmark::State& state, RunAll run_all)
{
    run_all();
    const std::int64_t before = nanoseconds_of(CLOCK_PROCESS_CPUTIME_ID);
    for (auto _ : state)
        run_all();
    const auto spent_us = static_cast<double>(nanoseconds_of(CLOCK_PROCESS_CPUTIME_ID) - before) / 1e3;
    state.counters["us"] = spent_us / static_cast<double>(state.iterations() * tasks);
}

void procpool_cpu(benchmark::State& state)
{
    const auto workers = static_cast<std::size_t>(state.range(0));
    pool_on_loop on({.workers = workers, .min_workers = workers});
    while (on.pool.stats().ready != workers)
        on.loop.run_one();
    measure(state, [&on] { on.run_all(tasks, burn, task_us); });
}

void limit_cpu(benchmark::State& state)
{
    limit::pool pool({.workers = static_cast<unsigned>(state.range(0)), .window = 2});
    measure(state, [&pool] {
        for (std::size_t i = 0; i != tasks; ++i)
            submit_burn(pool, task_us);
        pool.run();
    });
}

void counts(benchmark::internal::Benchmark* which)
{
    which->ArgName("workers")->Arg(2)->Arg(64)->UseRealTime();
}

BENCHMARK(procpool_cpu)->Name("procpool/parent_cpu")->Apply(counts);
BENCHMARK(limit_cpu)->Name("limit/parent_cpu")->Apply(counts);

} // namespace
