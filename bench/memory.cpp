// SPDX-License-Identifier: BSL-1.0
// The heap that a waiting task takes: a million tasks, and ten million, with an argument of 8 bytes, each with a
// callback. All of them run in the end.
#include "pool_on_loop.hpp"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <malloc.h>
#include <unistd.h>

namespace {

// With what the allocator adds to each block.
double heap_in_use()
{
    const auto now = ::mallinfo2();
    return static_cast<double>(now.uordblks + now.hblkhd);
}

void report(benchmark::State& state, double heap_before)
{
    state.counters["bytes"] = (heap_in_use() - heap_before) / static_cast<double>(state.range(0));
}

void take(std::uint64_t) {}

void sleep_for_ever()
{
    ::pause();
}

// The only worker is occupied, so that all other tasks stay in the queue while the loop takes them in.
procpool::future<void> occupy(pool_on_loop& on)
{
    auto occupied = on.pool.async_submit(sleep_for_ever);
    while (on.pool.stats().sent == 0)
        on.loop.run_one();
    return occupied;
}

void procpool_queue(benchmark::State& state)
{
    pool_on_loop on({.workers = 1});
    auto occupied = occupy(on);
    for (auto _ : state) {
        const double before = heap_in_use();
        std::int64_t left = state.range(0);
        for (std::int64_t i = 0; i != state.range(0); ++i)
            on.pool.async_submit(take, static_cast<std::uint64_t>(i), [&](const std::exception_ptr& failure) {
                rethrow(failure);
                if (--left == 0)
                    on.loop.stop();
            });
        on.loop.poll();
        report(state, before);
        occupied.cancel();
        on.run();
    }
}

void limit_queue(benchmark::State& state)
{
    limit::pool pool({});
    for (auto _ : state) {
        const double before = heap_in_use();
        for (std::int64_t i = 0; i != state.range(0); ++i)
            submit_no_op<sizeof(std::uint64_t)>(pool);
        report(state, before);
        pool.run();
    }
}

// Nothing here depends on time, and nothing is learned from a second time.
void once(benchmark::internal::Benchmark* which)
{
    which->ArgName("tasks")->Arg(1'000'000)->Arg(10'000'000)->Iterations(1)->Repetitions(1);
}

BENCHMARK(procpool_queue)->Name("procpool/queue")->Apply(once);
BENCHMARK(limit_queue)->Name("limit/queue")->Apply(once);

} // namespace
