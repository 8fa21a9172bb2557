// SPDX-License-Identifier: BSL-1.0
// Runs a mixed load while workers are killed and stopped, tasks cancelled, pools resized and replaced, and judges it by
// /proc, /dev/shm and what the tasks themselves have written. Arguments: minutes, seed. Without: a few seconds.
#include "soak/leftovers.hpp"
#include "soak/load.hpp"
#include "support/processes.hpp"

#include <procpool/worker.hpp>

#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <random>
#include <thread>

namespace {

using namespace procpool::soak;

goal goal_for(int argc, char* argv[])
{
    constexpr std::size_t of_each_kind_a_minute = 100;
    if (argc < 2)
        return {};
    const auto minutes = std::stoul(argv[1]);
    return {.time = std::chrono::minutes(minutes), .of_each_kind = of_each_kind_a_minute * minutes};
}

std::uint32_t seed_for(int argc, char* argv[])
{
    return argc < 3 ? std::random_device()() : static_cast<std::uint32_t>(std::stoul(argv[2]));
}

template <class Kind>
void print_counts(const tally& counts, std::size_t kinds)
{
    for (std::size_t i = 0; i != kinds; ++i)
        if (const auto count = counts.count(static_cast<Kind>(i)))
            std::cout << "  " << std::left << std::setw(20) << name_of(static_cast<Kind>(i)) << std::right
                      << std::setw(12) << count << "\n";
}

// Threads and processes that have ended leave /proc a moment later.
void find_leftovers(const belongings& before, tally& counts)
{
    procpool::test::eventually([&] { return additions(before, look_around()).empty(); });
    for (const auto& each : additions(before, look_around()))
        counts.fault(each);
}

int judge(const tally& counts)
{
    std::cout << "Done:\n";
    print_counts<trouble>(counts, troubles);
    std::cout << "Outcomes:\n";
    print_counts<outcome>(counts, outcomes);
    if (counts.faults() != 0) {
        std::cout << "FAILED: " << counts.faults() << " faults, see above" << std::endl;
        return EXIT_FAILURE;
    }
    std::cout << "CLEAN: " << counts.tasks()
              << " tasks had exactly one outcome each and ran no more often than they may; nothing is left"
              << std::endl;
    return EXIT_SUCCESS;
}

} // namespace

int main(int argc, char* argv[])
{
    procpool::run_if_worker();
    const auto seed = seed_for(argc, argv);
    std::cout << "seed " << seed << std::endl;
    tally counts;
    std::thread([] {}).join(); // ThreadSanitizer starts a thread of its own with the first one
    const belongings before = look_around();
    run_load(goal_for(argc, argv), seed, counts);
    find_leftovers(before, counts);
    return judge(counts);
}
