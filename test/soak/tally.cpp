// SPDX-License-Identifier: BSL-1.0
#include "soak/tally.hpp"

#include <algorithm>
#include <iostream>

namespace procpool::soak {

const char* name_of(outcome what)
{
    constexpr std::array<const char*, outcomes> names{
        "none",       "returned", "threw",       "crashed",     "cancelled by caller", "ended by pool", "timed out",
        "queue time", "deadline", "quarantined", "pool closed", "no worker started",   "unexpected",    "twice",
    };
    return names.at(static_cast<std::size_t>(what));
}

const char* name_of(trouble what)
{
    constexpr std::array<const char*, troubles> names{"SIGKILL", "SIGSTOP",  "SIGCONT",
                                                      "resized", "recycled", "pool replaced"};
    return names.at(static_cast<std::size_t>(what));
}

void tally::add(outcome what)
{
    ++outcomes_.at(static_cast<std::size_t>(what));
    ++tasks_;
}

void tally::fault(const std::string& sentence)
{
    constexpr std::size_t most_printed = 50;
    if (faults_++ < most_printed)
        std::cout << "FAULT: " + sentence + "\n" << std::flush;
}

std::size_t tally::least() const
{
    return std::min({count(trouble::killed), count(trouble::stopped), count(trouble::resized), count(trouble::recycled),
                     count(outcome::given_up), count(outcome::timed_out)});
}

} // namespace procpool::soak
