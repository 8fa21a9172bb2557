// SPDX-License-Identifier: BSL-1.0
// The real scheduler with thousands of simulated workers and millions of tasks: what a decision costs, how that grows,
// and how long tasks wait. Argument: the largest number of tasks, ten million unless told.
#include "simulation.hpp"

#include <cstdlib>
#include <iomanip>
#include <iostream>

namespace {

void print_growth_in_tasks(std::size_t most)
{
    std::cout << "Growth in tasks: 64 workers, all tasks there at once, mean run time 100 us\n\n"
                 "| tasks | ns a task | decisions a task | efficiency |\n|---|---|---|---|\n";
    for (std::size_t tasks = 10'000; tasks <= most; tasks *= 10) {
        const auto found = simulation({.workers = 64, .tasks = tasks}).run();
        std::cout << "| " << tasks << " | " << found.real_ns_per_task << " | " << found.actions_per_task << " | "
                  << found.efficiency << " |\n";
    }
}

void print_growth_in_workers(std::size_t most)
{
    std::cout << "\nGrowth in workers: a million tasks, arriving at nine tenths of what the workers can do\n\n"
                 "| workers | ns a task | decisions a task | waits p50 us | p99 us |\n|---|---|---|---|---|\n";
    for (std::size_t workers = 2; workers <= 4096; workers *= workers < 8 ? 4 : 8) {
        const auto found =
            simulation({.workers = workers, .tasks = std::min<std::size_t>(most, 1'000'000), .load = 0.9}).run();
        std::cout << "| " << workers << " | " << found.real_ns_per_task << " | " << found.actions_per_task << " | "
                  << found.wait_p50_us[0] << " | " << found.wait_p99_us[0] << " |\n";
    }
}

void print_priorities(std::size_t most)
{
    std::cout << "\nThree priorities: 16 workers, arriving at 19 twentieths of what they can do\n\n"
                 "| priority | waits p50 us | p99 us |\n|---|---|---|\n";
    const auto found =
        simulation({.workers = 16, .tasks = std::min<std::size_t>(most, 1'000'000), .priorities = 3, .load = 0.95})
            .run();
    for (std::size_t priority = 3; priority-- != 0;)
        std::cout << "| " << priority << " | " << found.wait_p50_us[priority] << " | " << found.wait_p99_us[priority]
                  << " |\n";
}

} // namespace

int main(int argc, char** argv)
{
    const std::size_t most = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000'000;
    std::cout << std::setprecision(3) << "A task takes " << sizeof(procpool::schedule::task)
              << " bytes of the scheduler, waiting or sent.\n\n";
    print_growth_in_tasks(most);
    print_growth_in_workers(most);
    print_priorities(most);
}
