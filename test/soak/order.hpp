// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace procpool::soak {

/// What a task does.
enum class deed : std::uint8_t {
    answer,   ///< Nothing.
    rest,     ///< Sleeps.
    spin,     ///< Computes.
    print,    ///< Writes a line to stderr.
    fail,     ///< Throws.
    crash,    ///< Ends its worker, in one of several ways.
    brood,    ///< Starts a process that never ends, then ends its worker.
    overstay, ///< Hears no request to stop; every other one ignores SIGTERM too.
    obey,     ///< Goes on until it is asked to stop.
    listen,   ///< The same by a stop token, that is, with a thread of the worker.
};

/// A task of the load. It adds one to its entry of the ledger before anything else.
struct order {
    std::string ledger{};
    std::uint64_t number = 0;
    deed what{};
    std::uint32_t micros = 0; ///< How long it lasts at most, for those that last.
    std::vector<std::uint8_t> load{};
};

/// Runs in a worker.
std::uint64_t perform(const order& task);

/// What perform() returns, if it does.
std::uint64_t answer_to(const order& task);

/// What(): of the exception that a task throws with deed::fail.
inline constexpr const char* failure_text = "the task was told to fail";

} // namespace procpool::soak
