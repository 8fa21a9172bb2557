// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "soak/tally.hpp"
#include "support/processes.hpp"

#include <chrono>
#include <deque>
#include <random>
#include <string>
#include <thread>

namespace procpool::soak {

/// Kills and stops random workers, at any instruction of pool and worker, on a thread of its own: one for every so many
/// tasks. About half of the stopped ones go on with the next deed, the others when all limits of their tasks are over.
class troublemaker {
public:
    troublemaker(std::string workers_name, std::uint32_t seed, soak::tally& tally);
    troublemaker(const troublemaker&) = delete;
    troublemaker& operator=(const troublemaker&) = delete;
    /// The stopped ones go on.
    ~troublemaker();

private:
    struct stopped_worker {
        test::watched_process process;
        std::chrono::steady_clock::time_point when;
        bool briefly;
    };

    void run(const std::stop_token& stopping);
    bool is_due() const;
    void act();
    void kill(const test::watched_process& victim);
    void stop(test::watched_process victim);
    void continue_some();
    void continue_last();
    void go_on(const stopped_worker& again);

    std::string name_;
    soak::tally& tally_;
    std::mt19937 random_;
    std::size_t deeds_ = 0;
    std::deque<stopped_worker> stopped_;
    std::jthread thread_; // last: it uses the others
};

} // namespace procpool::soak
