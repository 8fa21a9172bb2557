// SPDX-License-Identifier: BSL-1.0
// Tasks that use the processor, all submitted at once to two workers on two cores: the time that the tasks alone need,
// divided by the time taken. The rest is what the pool takes of the cores, and how long it leaves workers idle.
#include "pool_on_loop.hpp"

#include <benchmark/benchmark.h>

namespace {

constexpr std::int64_t work_us = 400'000; // of all tasks together
constexpr std::size_t workers = 2;

template <class RunAll>
void measure(benchmark::State& state, RunAll run_all)
{
    const std::int64_t task_us = state.range(0);
    run_all(100, task_us); // starts the workers, and lets the pool learn how long the tasks take
    const std::int64_t begin = nanoseconds_of(CLOCK_MONOTONIC);
    for (auto _ : state)
        run_all(static_cast<std::size_t>(work_us / task_us), task_us);
    const auto taken_us = static_cast<double>(nanoseconds_of(CLOCK_MONOTONIC) - begin) / 1e3;
    state.counters["of_ideal"] = static_cast<double>(state.iterations() * work_us) / workers / taken_us;
}

void procpool_efficiency(benchmark::State& state)
{
    pool_on_loop on({.workers = workers});
    measure(state, [&on](std::size_t tasks, std::int64_t task_us) { on.run_all(tasks, burn, task_us); });
}

// Found by trial: a larger window leaves one worker idle at the end, a smaller one makes both wait for the parent.
std::size_t best_window(std::int64_t task_us)
{
    return task_us < 50 ? 64 : 4;
}

void limit_efficiency(benchmark::State& state)
{
    limit::pool pool({.workers = workers, .window = best_window(state.range(0))});
    measure(state, [&pool](std::size_t tasks, std::int64_t task_us) {
        for (std::size_t i = 0; i != tasks; ++i)
            submit_burn(pool, task_us);
        pool.run();
    });
}

void durations(benchmark::internal::Benchmark* which)
{
    which->ArgName("task_us")->Arg(100)->Arg(10)->UseRealTime();
}

BENCHMARK(procpool_efficiency)->Name("procpool/efficiency")->Apply(durations);
BENCHMARK(limit_efficiency)->Name("limit/efficiency")->Apply(durations);

} // namespace
