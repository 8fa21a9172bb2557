// SPDX-License-Identifier: BSL-1.0
// From the construction of a pool to its first result, all workers being started at once; the parent small, or with 2
// GiB in memory.
#include "laps.hpp"
#include "pool_on_loop.hpp"

#include <benchmark/benchmark.h>

#include <memory>
#include <stdexcept>
#include <sys/mman.h>

namespace {

/// Memory that this process really has, in ordinary pages: what fork() would have to copy the tables of.
class resident_memory {
public:
    explicit resident_memory(std::size_t size) : size_(size)
    {
        if (size_ == 0)
            return;
        bytes_ = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (bytes_ == MAP_FAILED || ::madvise(bytes_, size_, MADV_NOHUGEPAGE) != 0 ||
            ::madvise(bytes_, size_, MADV_POPULATE_WRITE) != 0)
            throw std::runtime_error("the system does not give so much memory");
    }
    resident_memory(const resident_memory&) = delete;
    resident_memory& operator=(const resident_memory&) = delete;
    ~resident_memory()
    {
        if (size_ != 0)
            ::munmap(bytes_, size_);
    }

private:
    std::size_t size_;
    void* bytes_ = nullptr;
};

// A pool ends outside the measured time, with all its workers reaped: they do not burden the next one's start.
template <class Start>
void measure(benchmark::State& state, Start start_pool)
{
    const resident_memory ballast(static_cast<std::size_t>(state.range(1)) << 30);
    laps measured;
    for (auto _ : state) {
        measured.begin();
        const auto pool = start_pool(static_cast<std::size_t>(state.range(0)));
        measured.end();
    }
    state.counters["ms"] = 1e3 * measured.median_seconds();
}

auto start_procpool(std::size_t workers)
{
    auto on = std::make_unique<pool_on_loop>(procpool::pool_options{.workers = workers, .min_workers = workers});
    on->run_all(1, no_op);
    return on;
}

auto start_limit(std::size_t workers)
{
    auto pool = std::make_unique<limit::pool>(limit::pool::options{.workers = static_cast<unsigned>(workers)});
    submit_no_op(*pool);
    pool->run();
    return pool;
}

void procpool_start(benchmark::State& state)
{
    measure(state, start_procpool);
}

void limit_start(benchmark::State& state)
{
    measure(state, start_limit);
}

// The number of iterations is fixed: to find out how many would fill a time, the memory would be filled once more.
void counts(benchmark::internal::Benchmark* which)
{
    which->ArgNames({"workers", "GiB"})->ArgsProduct({{2, 8, 32}, {0, 2}})->Iterations(8)->Repetitions(1);
}

BENCHMARK(procpool_start)->Name("procpool/start")->Apply(counts);
BENCHMARK(limit_start)->Name("limit/start")->Apply(counts);

} // namespace
