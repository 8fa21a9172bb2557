// SPDX-License-Identifier: BSL-1.0
// The heap that a waiting task takes: a million tasks with an argument of 8 bytes, each with a callback.
#include "pool_on_loop.hpp"
#include "tasks.hpp"

#include <benchmark/benchmark.h>
#include <boost/asio/detached.hpp>

#include <cstdint>
#include <malloc.h>
#include <unistd.h>

namespace {

constexpr std::size_t queued = 1'000'000;

// With what the allocator adds to each block.
double heap_in_use()
{
    const auto now = ::mallinfo2();
    return static_cast<double>(now.uordblks + now.hblkhd);
}

void report(benchmark::State& state, double heap_before)
{
    state.counters["bytes_per_task"] = (heap_in_use() - heap_before) / static_cast<double>(queued);
}

void take(std::uint64_t) {}

void sleep_for_ever()
{
    ::pause();
}

// The only worker is occupied, so that all other tasks stay in the queue while the loop takes them in.
void occupy(pool_on_loop& on)
{
    on.pool.async_submit(sleep_for_ever, boost::asio::detached);
    while (on.pool.stats().sent == 0)
        on.loop.run_one();
}

void procpool_queue(benchmark::State& state)
{
    pool_on_loop on({.workers = 1});
    occupy(on);
    for (auto _ : state) {
        const double before = heap_in_use();
        std::size_t left = queued;
        for (std::uint64_t i = 0; i != queued; ++i)
            on.pool.async_submit(take, i, [&](const std::exception_ptr&) {
                if (--left == 0)
                    on.loop.stop();
            });
        on.loop.poll();
        report(state, before);
        on.pool.terminate();
        on.run();
    }
}

void yardstick(benchmark::State& state)
{
    limit::pool pool({});
    for (auto _ : state) {
        const double before = heap_in_use();
        for (std::size_t i = 0; i != queued; ++i)
            submit_no_op<sizeof(std::uint64_t)>(pool);
        report(state, before);
        pool.run();
    }
}

// Nothing here depends on time, and nothing is learned from a second time.
void once(benchmark::internal::Benchmark* which)
{
    which->Iterations(1)->Repetitions(1);
}

BENCHMARK(procpool_queue)->Name("procpool/queue")->Apply(once);
BENCHMARK(yardstick)->Name("yardstick/queue")->Apply(once);

} // namespace
