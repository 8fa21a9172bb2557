// SPDX-License-Identifier: BSL-1.0
#include "reporter.hpp"

#include <cmath>
#include <iostream>
#include <string>

namespace {

std::string name_of(const benchmark::BenchmarkName& name)
{
    return name.args.empty() ? name.function_name : name.function_name + '/' + name.args;
}

} // namespace

bool figure_reporter::ReportContext(const Context& context)
{
    std::cout << "# " << context.cpu_info.num_cpus << " CPUs of "
              << std::lround(context.cpu_info.cycles_per_second / 1e6) << " MHz, compiler " __VERSION__ << std::endl;
    return true;
}

void figure_reporter::ReportRuns(const std::vector<Run>& runs)
{
    for (const Run& run : runs) {
        if (run.run_type != Run::RT_Iteration)
            continue;
        for (const auto& [unit, figure] : run.counters)
            std::cout << name_of(run.run_name) << ' ' << figure.value << ' ' << unit << std::endl;
        if (!run.report_label.empty())
            std::cout << "note " << name_of(run.run_name) << ' ' << run.report_label << std::endl;
    }
}
