// SPDX-License-Identifier: BSL-1.0
#include "limit/worker.hpp"
#include "reporter.hpp"

#include <procpool/worker.hpp>

#include <array>
#include <string>

namespace {

// All sides are measured again and again in random order: what disturbs the machine for a while disturbs all of them.
std::vector<char*> arguments_with_defaults(int argc, char** argv)
{
    static std::array<std::string, 3> defaults{"--benchmark_enable_random_interleaving=true",
                                               "--benchmark_repetitions=3", "--benchmark_min_time=0.1"};
    std::vector<char*> all{argv[0]};
    for (std::string& each : defaults)
        all.push_back(each.data());
    all.insert(all.end(), argv + 1, argv + argc);
    return all;
}

} // namespace

int main(int argc, char** argv)
{
    limit::run_if_worker(argv[0]);
    procpool::run_if_worker();
    auto arguments = arguments_with_defaults(argc, argv);
    int count = static_cast<int>(arguments.size());
    benchmark::Initialize(&count, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(count, arguments.data()))
        return 1;
    figure_reporter reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
}
