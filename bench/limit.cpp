// SPDX-License-Identifier: BSL-1.0
// The yardstick's figures: what is left when a pool does nothing but move frames.
#include "limit/pool.hpp"
#include "median.hpp"

#include <array>
#include <benchmark/benchmark.h>
#include <chrono>

namespace {

using std::chrono::steady_clock;

constexpr std::size_t burst = 100'000;
constexpr std::array<std::byte, 24> small{}; // what procpool needs to name a function without arguments

void ignore(void*, std::span<const std::byte>) {}

void run_burst(limit::pool& pool)
{
    for (std::size_t i = 0; i != burst; ++i)
        pool.submit(limit::function::no_op, small, {ignore, nullptr});
    pool.run();
}

void run_one(limit::pool& pool)
{
    pool.submit(limit::function::no_op, small, {ignore, nullptr});
    pool.run();
}

template <class Unit>
double since(steady_clock::time_point start)
{
    return std::chrono::duration<double, Unit>(steady_clock::now() - start).count();
}

// No-op tasks, all submitted at once. The first burst starts the workers and is not measured, here and below.
void no_op(benchmark::State& state)
{
    limit::pool pool(
        {.workers = static_cast<unsigned>(state.range(0)), .window = static_cast<std::size_t>(state.range(1))});
    run_burst(pool);
    for (auto _ : state)
        run_burst(pool);
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(burst));
}
BENCHMARK(no_op)
    ->Name("limit/no_op")
    ->ArgNames({"workers", "window"})
    ->ArgsProduct({{1, 2}, {1, 8, 64, 256}})
    ->UseRealTime();

// One task at a time.
void round_trip(benchmark::State& state)
{
    limit::pool pool({.workers = static_cast<unsigned>(state.range(0))});
    run_burst(pool);
    std::vector<double> microseconds;
    for (auto _ : state) {
        const auto start = steady_clock::now();
        run_one(pool);
        microseconds.push_back(since<std::micro>(start));
    }
    state.counters["p50_us"] = median(std::move(microseconds));
}
BENCHMARK(round_trip)->Name("limit/round_trip")->ArgName("workers")->Arg(1)->Arg(2)->UseRealTime();

void run_echo(limit::pool& pool, std::span<const std::byte> payload)
{
    pool.submit(limit::function::echo, payload, {ignore, nullptr});
    pool.run();
}

// Bytes there and back. The first time, which is not measured, makes the buffers.
void echo(benchmark::State& state)
{
    limit::pool pool({});
    const std::vector<std::byte> payload(static_cast<std::size_t>(state.range(0)));
    run_echo(pool, payload);
    for (auto _ : state)
        run_echo(pool, payload);
    state.SetBytesProcessed(2 * state.iterations() * state.range(0));
}
BENCHMARK(echo)
    ->Name("limit/echo")
    ->ArgName("bytes")
    ->Arg(1 << 20)
    ->Arg(64 << 20)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// From the construction to the first result.
void start(benchmark::State& state)
{
    for (auto _ : state) {
        const auto begin = steady_clock::now();
        limit::pool pool({.workers = static_cast<unsigned>(state.range(0))});
        run_one(pool);
        state.SetIterationTime(since<std::ratio<1>>(begin));
    }
}
BENCHMARK(start)
    ->Name("limit/start")
    ->ArgName("workers")
    ->Arg(1)
    ->Arg(2)
    ->Arg(8)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

} // namespace
