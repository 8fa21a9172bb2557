// SPDX-License-Identifier: BSL-1.0
#include "reporter.hpp"

#include "median.hpp"
#include "table.hpp"

#include <cmath>
#include <iostream>

namespace {

std::string name_of(const benchmark::BenchmarkName& name)
{
    return name.args.empty() ? name.function_name : name.function_name + '/' + name.args;
}

} // namespace

bool table_reporter::ReportContext(const Context& context)
{
    std::cerr << "Measuring for about two minutes. All benchmarks take turns, so the table comes at the end.\n";
    std::cout << context.cpu_info.num_cpus << " CPUs of " << std::lround(context.cpu_info.cycles_per_second / 1e6)
              << " MHz, compiler " __VERSION__ "\n\n";
    return true;
}

void table_reporter::ReportRuns(const std::vector<Run>& runs)
{
    for (const Run& run : runs)
        if (run.run_type == Run::RT_Iteration)
            repetitions_[name_of(run.run_name)].push_back(run.counters.begin()->second);
}

void table_reporter::Finalize()
{
    figures measured;
    for (const auto& [name, values] : repetitions_)
        measured[name] = median(values);
    print_tables(std::cout, measured);
}
