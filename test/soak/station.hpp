// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "soak/account.hpp"
#include "soak/loop.hpp"
#include "soak/mix.hpp"
#include "soak/tally.hpp"

#include <procpool/pool.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace procpool::soak {

/// Keeps one pool after the other busy, with a thread of its own that submits, resizes, ends the pool in mid-load in
/// one of several ways, and then holds its tasks to account.
class station {
public:
    struct settings {
        std::string name; ///< Of the station; its pools' is in the options.
        int threads = 0;  ///< That run the pools' loop. 0: each pool has its own.
        procpool::pool_options options{};
    };

    station(settings how, std::uint32_t seed, soak::tally& tally);
    station(const station&) = delete;
    station& operator=(const station&) = delete;
    /// Ends the last pool, too.
    ~station();

    /// Where it stands, for somebody who wonders why nothing moves.
    std::string describe() const;

private:
    void run();
    void live();
    std::string mark_next_life();
    procpool::pool make_pool() const;
    void work(procpool::pool& pool, const std::shared_ptr<account>& book);
    void end(std::optional<procpool::pool>& pool);

    settings how_;
    soak::tally& tally_;
    mix mix_;
    std::atomic<std::size_t> lives_ = 0;
    std::atomic<bool> stopping_ = false;
    std::atomic<const char*> doing_ = "begins";
    mutable std::optional<loop> loop_;
    std::thread thread_; // last: it uses the others
};

} // namespace procpool::soak
