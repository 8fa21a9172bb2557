// SPDX-License-Identifier: BSL-1.0
// Workers that are forked from a server whose initializer takes 200 ms and loads 64 MiB: how long one takes from the
// submission of a task to its answer, and how much memory each of many has.
#include "laps.hpp"
#include "pool_on_loop.hpp"
#include "pss.hpp"

#include <benchmark/benchmark.h>

#include <chrono>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

constexpr std::size_t loaded_bytes = std::size_t{64} << 20;

std::vector<char> loaded;

void load()
{
    loaded.assign(loaded_bytes, 'x');
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
}

void leave()
{
    ::_exit(0);
}

procpool::pool_options forked(std::size_t workers, std::size_t at_once)
{
    return {.workers = workers,
            .min_workers = at_once,
            .start = procpool::start_method::forkserver,
            .initializer = procpool::task(load)};
}

// The worker before has ended, and no other is wanted until there is a task.
void procpool_forked(benchmark::State& state)
{
    pool_on_loop on(forked(1, 0));
    on.run_all(1, no_op);
    laps measured;
    for (auto _ : state) {
        on.pool.async_submit(leave, [&on](const std::exception_ptr&) { on.loop.stop(); });
        on.run();
        measured.begin();
        on.run_all(1, no_op);
        measured.end();
    }
    state.counters["ms"] = 1e3 * measured.median_seconds();
}

void procpool_forked_pss(benchmark::State& state)
{
    constexpr std::size_t workers = 32;
    pool_on_loop on(forked(workers, workers));
    while (on.pool.stats().ready != workers)
        on.loop.run_one();
    for (auto _ : state) {
        on.run_all(64 * workers, burn, 1'000); // each gets some
        state.counters["KiB"] = mean_pss_of_children(workers + 1);
    }
}

BENCHMARK(procpool_forked)->Name("procpool/forked")->Iterations(100)->Repetitions(1);
BENCHMARK(procpool_forked_pss)->Name("procpool/forked_pss")->Iterations(1)->Repetitions(1);

} // namespace
