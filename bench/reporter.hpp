// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <benchmark/benchmark.h>

/// Prints a line for each repetition: the benchmark, its figure and the figure's unit. A benchmark has one counter,
/// named by that unit, or a label, which is printed as a note.
class figure_reporter final : public benchmark::BenchmarkReporter {
public:
    bool ReportContext(const Context& context) override;
    void ReportRuns(const std::vector<Run>& runs) override;
};
