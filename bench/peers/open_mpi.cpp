// SPDX-License-Identifier: BSL-1.0
// A pool as it is written with MPI: rank 0 hands out tasks, the others answer. Buffers are used again and again.
#include "burn.hpp"

#include <mpi.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <numeric>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

enum tag : int { no_op, echo, burn_us, end };

using bytes = std::vector<char>;

double pss_kib()
{
    std::ifstream file("/proc/self/smaps_rollup");
    for (std::string word; file >> word;)
        if (double value = 0; word == "Pss:" && file >> value)
            return value;
    return 0;
}

void work()
{
    for (bytes payload;;) {
        MPI_Status status;
        int size = 0;
        MPI_Probe(0, MPI_ANY_TAG, MPI_COMM_WORLD, &status);
        MPI_Get_count(&status, MPI_CHAR, &size);
        payload.resize(static_cast<std::size_t>(size));
        MPI_Recv(payload.data(), size, MPI_CHAR, 0, status.MPI_TAG, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        if (status.MPI_TAG == end)
            return;
        if (status.MPI_TAG == burn_us)
            burn(*reinterpret_cast<const std::int64_t*>(payload.data()));
        MPI_Send(payload.data(), status.MPI_TAG == echo ? size : 0, MPI_CHAR, 0, status.MPI_TAG, MPI_COMM_WORLD);
    }
}

int workers()
{
    int ranks = 0;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    return ranks - 1;
}

/// Tasks of a kind, the nth of which burns so many microseconds; `ended` is called with the number of each task.
template <class Duration, class Ended>
void run_all(int count, int window, Duration us_of, Ended ended)
{
    std::vector<std::vector<int>> ahead(static_cast<std::size_t>(workers()) + 1); // each worker's, in order
    int next = 0;
    const auto send = [&](int worker) {
        const std::int64_t us = us_of(next);
        MPI_Send(&us, sizeof us, MPI_CHAR, worker, us == 0 ? no_op : burn_us, MPI_COMM_WORLD);
        ahead[static_cast<std::size_t>(worker)].push_back(next++);
    };
    for (int i = 0; i != window; ++i)
        for (int worker = 1; worker <= workers() && next != count; ++worker)
            send(worker);
    for (int left = count; left != 0; --left) {
        MPI_Status status;
        MPI_Recv(nullptr, 0, MPI_CHAR, MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &status);
        auto& of_worker = ahead[static_cast<std::size_t>(status.MPI_SOURCE)];
        ended(of_worker.front());
        of_worker.erase(of_worker.begin());
        if (next != count)
            send(status.MPI_SOURCE);
    }
}

template <class Duration>
double seconds_of_all(int count, int window, Duration us_of)
{
    const double begin = MPI_Wtime();
    run_all(count, window, us_of, [](int) {});
    return MPI_Wtime() - begin;
}

double p99_of_short_ones()
{
    std::vector<double> ended;
    const double begin = MPI_Wtime();
    run_all(
        1001, 1, [](int task) { return task == 0 ? 2'000'000 : 1'000; },
        [&](int task) {
            if (task != 0)
                ended.push_back(MPI_Wtime() - begin);
        });
    std::sort(ended.begin(), ended.end());
    return ended[989];
}

double median_echo_rate(std::size_t mebibytes, int count)
{
    const std::size_t size = mebibytes << 20;
    const bytes payload(size);
    bytes answer(size, 1);
    std::vector<double> all;
    for (int i = 0; i <= count; ++i) {
        const double begin = MPI_Wtime();
        MPI_Send(payload.data(), static_cast<int>(size), MPI_CHAR, 1, echo, MPI_COMM_WORLD);
        MPI_Recv(answer.data(), static_cast<int>(size), MPI_CHAR, 1, echo, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        all.push_back(2.0 * static_cast<double>(mebibytes) / (MPI_Wtime() - begin));
    }
    std::nth_element(all.begin() + 1, all.begin() + 1 + count / 2, all.end()); // the first one let buffers grow
    return all[static_cast<std::size_t>(1 + count / 2)];
}

double median_round_trip_us()
{
    std::vector<double> all;
    for (int i = 0; i != 2'000; ++i)
        all.push_back(1e6 * seconds_of_all(1, 1, [](int) { return 0; }));
    std::nth_element(all.begin(), all.begin() + 1'000, all.end());
    return all[1'000];
}

void show(const char* work, double value, const char* unit)
{
    std::printf("open_mpi/%s %g %s\n", work, value, unit);
    std::fflush(stdout);
}

void measure_one_worker()
{
    show("round_trip", median_round_trip_us(), "us");
    show("echo/bytes:1048576", median_echo_rate(1, 20), "MiB/s");
    show("echo/bytes:67108864", median_echo_rate(64, 5), "MiB/s");
}

void measure_two_workers()
{
    constexpr int burst = 100'000;
    show("no_op/workers:2", burst / seconds_of_all(burst, 64, [](int) { return 0; }), "tasks/s");
    show("efficiency/task_us:100", 2'000 * 100e-6 / 2 / seconds_of_all(2'000, 2, [](int) { return 100; }), "of_ideal");
    show("long_first", p99_of_short_ones(), "s");
}

void lead(const std::string& what)
{
    run_all(
        1, 1, [](int) { return 0; }, [](int) {});
    if (what == "start")
        std::puts("first result");
    else if (workers() == 1)
        measure_one_worker();
    else
        measure_two_workers();
    for (int worker = 1; worker <= workers(); ++worker)
        MPI_Send(nullptr, 0, MPI_CHAR, worker, end, MPI_COMM_WORLD);
}

} // namespace

int main(int argc, char** argv)
{
    MPI_Init(&argc, &argv);
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank == 0)
        lead(argc > 1 ? argv[1] : "");
    else
        work();
    if (rank == 1 && argc == 1)
        show("idle_pss", pss_kib(), "KiB");
    MPI_Finalize();
}
