// SPDX-License-Identifier: BSL-1.0
// What a pool takes that has nothing to do: memory of a worker, and how often any of its threads runs.
#include "pool_on_loop.hpp"
#include "pss.hpp"

#include <benchmark/benchmark.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

namespace fs = std::filesystem;

constexpr std::size_t workers = 8;

void procpool_pss(benchmark::State& state)
{
    pool_on_loop on({.workers = workers, .min_workers = workers});
    while (on.pool.stats().ready != workers)
        on.loop.run_one();
    for (auto _ : state) {
        on.run_all(64 * workers, burn, 1'000); // each gets some
        state.counters["KiB"] = mean_pss_of_children(workers);
    }
}

void limit_pss(benchmark::State& state)
{
    limit::pool pool({.workers = workers, .window = 1});
    for (auto _ : state) {
        for (std::size_t i = 0; i != 64 * workers; ++i)
            submit_burn(pool, 1'000);
        pool.run();
        state.counters["KiB"] = mean_pss_of_children(workers);
    }
}

// How often the kernel let it run. A thread that never ran has made no system call and used no processor.
std::uint64_t runs_of(const fs::path& thread)
{
    std::ifstream file(thread / "schedstat");
    std::uint64_t running_ns = 0;
    std::uint64_t waiting_ns = 0;
    std::uint64_t runs = 0;
    file >> running_ns >> waiting_ns >> runs;
    return runs;
}

std::uint64_t runs_of_threads(const fs::path& process)
{
    std::uint64_t sum = 0;
    for (const auto& thread : fs::directory_iterator(process / "task"))
        if (thread.path().filename() != std::to_string(::getpid())) // the measuring one
            sum += runs_of(thread);
    return sum;
}

std::uint64_t runs_of_all()
{
    std::uint64_t sum = runs_of_threads("/proc/self");
    for (const fs::path& each : children())
        sum += runs_of_threads(each);
    return sum;
}

void procpool_idle(benchmark::State& state)
{
    constexpr std::chrono::milliseconds idle_time(2'000);
    procpool::pool pool({.workers = workers, .min_workers = workers});
    for (auto _ : state) {
        for (std::size_t i = 0; i != workers; ++i)
            pool.async_submit(no_op).get();
        std::this_thread::sleep_for(idle_time / 4); // the last ones may still be starting
        const std::uint64_t before = runs_of_all();
        std::this_thread::sleep_for(idle_time);
        state.counters["runs"] = static_cast<double>(runs_of_all() - before);
    }
}

BENCHMARK(procpool_pss)->Name("procpool/idle_pss")->Iterations(1)->Repetitions(1);
BENCHMARK(limit_pss)->Name("limit/idle_pss")->Iterations(1)->Repetitions(1);
BENCHMARK(procpool_idle)->Name("procpool/idle_runs")->Iterations(1)->Repetitions(1);

} // namespace
