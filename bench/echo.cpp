// SPDX-License-Identifier: BSL-1.0
// Bytes there and back, one task at a time: a vector in, a vector out. The first time, which is not measured, starts
// the worker and lets buffers grow.
#include "laps.hpp"
#include "pool_on_loop.hpp"

#include <benchmark/benchmark.h>

#include <vector>

namespace {

using bytes = std::vector<std::byte>;

template <class Echo>
void measure(benchmark::State& state, Echo run_echo)
{
    const bytes payload(static_cast<std::size_t>(state.range(0)));
    run_echo(payload);
    laps measured;
    for (auto _ : state) {
        measured.begin();
        run_echo(payload);
        measured.end();
    }
    const double mebibytes = 2.0 * static_cast<double>(payload.size()) / (1 << 20);
    state.counters["MiB/s"] = mebibytes / measured.median_seconds();
}

bytes echoed(bytes payload)
{
    return payload;
}

void procpool_echo(benchmark::State& state)
{
    pool_on_loop on({.workers = 1});
    measure(state, [&on](const bytes& payload) {
        on.pool.async_submit(echoed, payload, [&on](const std::exception_ptr& failure, const bytes& answer) {
            rethrow(failure);
            benchmark::DoNotOptimize(answer.data());
            on.loop.stop();
        });
        on.run();
    });
}

procpool::buffer<std::byte> echoed_in_place(procpool::buffer<std::byte> payload)
{
    return payload;
}

// What comes back goes out again.
void procpool_echo_buffer(benchmark::State& state)
{
    pool_on_loop on({.workers = 1});
    procpool::buffer<std::byte> current(static_cast<std::size_t>(state.range(0)));
    measure(state, [&](const bytes&) {
        on.pool.async_submit(echoed_in_place, std::move(current),
                             [&](const std::exception_ptr& failure, procpool::buffer<std::byte> answer) {
                                 rethrow(failure);
                                 current = std::move(answer);
                                 on.loop.stop();
                             });
        on.run();
    });
}

// The argument to the worker, into its vector, its result to the parent, into the caller's vector: as many bytes must
// be copied by whoever copies through memory. All of it is fresh memory, as a vector is.
void copy_four_times(benchmark::State& state)
{
    measure(state, [](const bytes& payload) {
        const bytes sent(payload);
        const bytes argument(sent);
        const bytes result(argument);
        bytes answer(result);
        benchmark::DoNotOptimize(answer.data());
        benchmark::ClobberMemory();
    });
}

void limit_echo(benchmark::State& state)
{
    limit::pool pool({});
    measure(state, [&pool](const bytes& payload) {
        pool.submit(limit::function::echo, payload, {ignore, nullptr});
        pool.run();
    });
}

void sizes(benchmark::internal::Benchmark* which)
{
    which->ArgName("bytes")->Arg(1 << 20)->Arg(64 << 20)->UseRealTime();
}

BENCHMARK(procpool_echo)->Name("procpool/echo")->Apply(sizes);
BENCHMARK(procpool_echo_buffer)->Name("procpool/echo_buffer")->Apply(sizes);
BENCHMARK(copy_four_times)->Name("copies/echo")->Apply(sizes);
BENCHMARK(limit_echo)->Name("limit/echo")->Apply(sizes);

} // namespace
