// SPDX-License-Identifier: BSL-1.0
// A worker dies by SIGKILL in the middle of a task: when does the caller know, and when has another worker answered the
// task that the caller submits then? The worker kills itself, at a moment that both sides know beforehand.
#include "median.hpp"
#include "pool_on_loop.hpp"

#include "die.hpp"

#include <benchmark/benchmark.h>

#include <poll.h>
#include <string>

namespace {

/// Milliseconds after the death.
struct delays {
    double noticed;
    double answered;
};

constexpr std::int64_t soon_ns = 2'000'000; // the parent sleeps by then

double ms_since(std::int64_t moment)
{
    return static_cast<double>(nanoseconds_of(CLOCK_MONOTONIC) - moment) / 1e6;
}

std::string sentence(const std::exception_ptr& failure)
try {
    rethrow(failure);
    return "result";
} catch (const procpool::worker_crashed&) {
    return "worker_crashed";
} catch (const std::exception& other) {
    return other.what();
}

/// What the callers of a dying worker's task and of others are told.
void procpool_fate(benchmark::State& state)
{
    constexpr std::size_t others = 50;
    pool_on_loop on({.workers = 2});
    on.run_all(10, no_op);
    std::string told;
    for (auto _ : state) {
        on.pool.async_submit(die_at, nanoseconds_of(CLOCK_MONOTONIC) + 50 * soon_ns,
                             [&](const std::exception_ptr& failure) { told = sentence(failure); });
        on.run_all(others, burn, 10'000); // throws when one of them is lost
        on.run_all(1, no_op);
    }
    state.SetLabel(told + "; 0 of 50 other tasks lost; pool goes on");
}

delays procpool_delays()
{
    pool_on_loop on({.workers = 1});
    on.run_all(1, no_op);
    const std::int64_t death = nanoseconds_of(CLOCK_MONOTONIC) + soon_ns;
    delays seen{};
    on.pool.async_submit(die_at, death, [&](const std::exception_ptr&) {
        seen.noticed = ms_since(death);
        on.loop.stop();
    });
    on.run();
    on.run_all(1, no_op);
    seen.answered = ms_since(death);
    return seen;
}

void send(limit::link& to, limit::function run, std::int64_t argument)
{
    const auto call = call_with(argument);
    limit::buffer frame;
    frame.append_value(limit::header{.size = call.size(), .task = 0, .run = run, .unused = {}});
    frame.append(call);
    to.write({frame.data(), frame.size()});
}

// False when the worker has ended instead.
bool await_answer(limit::link& from)
{
    pollfd event{.fd = from.answer_pipe(), .events = POLLIN, .revents = 0};
    ::poll(&event, 1, -1);
    return from.fill() && from.next();
}

delays limit_delays()
{
    limit::link victim;
    send(victim, limit::function::no_op, 0);
    await_answer(victim);
    const std::int64_t death = nanoseconds_of(CLOCK_MONOTONIC) + soon_ns;
    send(victim, limit::function::die, death);
    await_answer(victim);
    delays seen{.noticed = ms_since(death), .answered = 0};
    limit::link replacement;
    send(replacement, limit::function::no_op, 0);
    await_answer(replacement);
    seen.answered = ms_since(death);
    return seen;
}

void measure(benchmark::State& state, delays once(), double delays::*which)
{
    std::vector<double> all;
    for (auto _ : state)
        all.push_back(once().*which);
    state.counters["ms"] = median(std::move(all));
}

BENCHMARK(procpool_fate)->Name("procpool/killed")->Iterations(1)->Repetitions(1);
BENCHMARK_CAPTURE(measure, procpool_noticed, procpool_delays, &delays::noticed)
    ->Name("procpool/killed_noticed")
    ->Iterations(20);
BENCHMARK_CAPTURE(measure, procpool_answered, procpool_delays, &delays::answered)
    ->Name("procpool/killed_answered")
    ->Iterations(20);
BENCHMARK_CAPTURE(measure, limit_noticed, limit_delays, &delays::noticed)->Name("limit/killed_noticed")->Iterations(20);
BENCHMARK_CAPTURE(measure, limit_answered, limit_delays, &delays::answered)
    ->Name("limit/killed_answered")
    ->Iterations(20);

} // namespace
