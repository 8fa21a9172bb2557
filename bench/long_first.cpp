// SPDX-License-Identifier: BSL-1.0
// One task of two seconds, then a thousand of a millisecond, all submitted at once to two workers: when has the 990th
// of the short ones ended? A pool that sends tasks ahead must not leave short ones behind the long one.
#include "pool_on_loop.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

namespace {

constexpr std::size_t short_tasks = 1'000;
constexpr std::int64_t short_us = 1'000;
constexpr std::int64_t long_us = 2'000'000;

/// When short tasks ended.
class endings {
public:
    void add() { seconds_.push_back(static_cast<double>(nanoseconds_of(CLOCK_MONOTONIC) - begin_) / 1e9); }
    double p99()
    {
        std::sort(seconds_.begin(), seconds_.end());
        return seconds_.at(short_tasks * 99 / 100 - 1);
    }

private:
    std::int64_t begin_ = nanoseconds_of(CLOCK_MONOTONIC);
    std::vector<double> seconds_;
};

double procpool_p99()
{
    pool_on_loop on({.workers = 2, .min_workers = 2});
    on.run_all(2, no_op);
    endings ended;
    std::size_t left = 1 + short_tasks;
    const auto count_down = [&](const std::exception_ptr& failure) {
        rethrow(failure);
        if (--left == 0)
            on.loop.stop();
    };
    on.pool.async_submit(burn, long_us, count_down);
    for (std::size_t i = 0; i != short_tasks; ++i)
        on.pool.async_submit(burn, short_us, [&](const std::exception_ptr& failure) {
            ended.add();
            count_down(failure);
        });
    on.run();
    return ended.p99();
}

double limit_p99()
{
    limit::pool pool({.workers = 2, .window = 1}); // nothing is sent ahead, so nothing can be left behind
    endings ended;
    submit_burn(pool, long_us);
    const auto add = [](void* to, std::span<const std::byte>) { static_cast<endings*>(to)->add(); };
    for (std::size_t i = 0; i != short_tasks; ++i)
        submit_burn(pool, short_us, {add, &ended});
    pool.run();
    return ended.p99();
}

void measure(benchmark::State& state, double p99())
{
    for (auto _ : state)
        state.counters["s"] = p99();
}

BENCHMARK_CAPTURE(measure, procpool, procpool_p99)->Name("procpool/long_first")->Iterations(1)->Repetitions(1);
BENCHMARK_CAPTURE(measure, limit, limit_p99)->Name("limit/long_first")->Iterations(1)->Repetitions(1);

} // namespace
