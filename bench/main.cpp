// SPDX-License-Identifier: BSL-1.0
#include "limit/worker.hpp"

#include <benchmark/benchmark.h>

int main(int argc, char** argv)
{
    limit::run_if_worker(argv[0]);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 1;
    benchmark::RunSpecifiedBenchmarks();
}
