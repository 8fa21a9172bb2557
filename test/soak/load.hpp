// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "soak/tally.hpp"

#include <chrono>
#include <cstdint>

namespace procpool::soak {

/// How much is to happen before it is enough. All of it must be reached.
struct goal {
    std::chrono::seconds time{0};
    std::size_t tasks = 2'000;
    std::size_t of_each_kind = 20; ///< Of each kind that tally::least() looks at.
};

/// Keeps several pools busy and troubled until the goal is reached; then all of them are gone. Prints how it goes on
/// every ten seconds. When no task ends for two minutes, it says where everything stands and ends the program.
void run_load(const goal& wanted, std::uint32_t seed, tally& tally);

} // namespace procpool::soak
