// SPDX-License-Identifier: BSL-1.0
// Workers that are forked from a server whose initializer takes 200 ms: how long one takes from the submission of a
// task to its answer, beside fork() alone; and how much memory each of many has when 64 MiB were loaded before.
#include "laps.hpp"
#include "pool_on_loop.hpp"
#include "pss.hpp"

#include <benchmark/benchmark.h>

#include <chrono>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

std::vector<char> loaded;

void load(std::size_t mebibytes)
{
    loaded.assign(mebibytes << 20, 'x');
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
}

void leave()
{
    ::_exit(0);
}

procpool::pool_options forked(std::size_t workers, std::size_t at_once, std::size_t mebibytes)
{
    return {.workers = workers,
            .min_workers = at_once,
            .start = procpool::start_method::forkserver,
            .initializer = procpool::task(load, mebibytes)};
}

// The worker before has ended, and no other is wanted until there is a task.
void procpool_forked(benchmark::State& state)
{
    pool_on_loop on(forked(1, 0, static_cast<std::size_t>(state.range(0))));
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

// The least that it can take: the copy of this process says a word.
void answer_from_fork()
{
    int ends[2];
    if (::pipe(ends) != 0)
        throw std::runtime_error("there is no pipe");
    char word = 0;
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(::write(ends[1], &word, 1) == 1 ? 0 : 1);
    if (::read(ends[0], &word, 1) != 1)
        throw std::runtime_error("the child has not answered");
    ::waitpid(child, nullptr, 0);
    ::close(ends[0]);
    ::close(ends[1]);
}

void fork_alone(benchmark::State& state)
{
    const std::vector<char> as_large(static_cast<std::size_t>(state.range(0)) << 20, 'x');
    laps measured;
    for (auto _ : state) {
        measured.begin();
        answer_from_fork();
        measured.end();
    }
    state.counters["ms"] = 1e3 * measured.median_seconds();
}

void procpool_forked_pss(benchmark::State& state)
{
    constexpr std::size_t workers = 32;
    pool_on_loop on(forked(workers, workers, 64));
    while (on.pool.stats().ready != workers)
        on.loop.run_one();
    for (auto _ : state) {
        on.run_all(64 * workers, burn, 1'000); // each gets some
        state.counters["KiB"] = mean_pss_of_children(workers + 1);
    }
}

void sizes(benchmark::internal::Benchmark* which)
{
    which->ArgName("MiB")->Arg(0)->Arg(64)->Iterations(100)->Repetitions(1);
}

BENCHMARK(procpool_forked)->Name("procpool/forked")->Apply(sizes);
BENCHMARK(fork_alone)->Name("fork/forked")->Apply(sizes);
BENCHMARK(procpool_forked_pss)->Name("procpool/forked_pss")->Iterations(1)->Repetitions(1);

} // namespace
