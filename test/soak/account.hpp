// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "soak/mix.hpp"
#include "soak/tally.hpp"
#include "support/ledger.hpp"
#include "support/processes.hpp"

#include <atomic>
#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace procpool::soak {

/// The tasks of one pool: what their callers were told, against what the tasks themselves wrote into a ledger.
class account {
public:
    static constexpr std::size_t capacity = 50'000;

    explicit account(soak::tally& tally);

    /// Gives a task its number.
    void open(assignment& made);
    bool is_full() const noexcept { return used_ == capacity; }
    /// Before its caller cancels it.
    void give_up(std::size_t number) noexcept { entries_[number].is_given_up = true; }
    /// Its caller has been told; nothing of it may be used after that.
    void close(std::size_t number, const std::exception_ptr& error, std::uint64_t answer);

    /// Blocks until at most so many have no outcome.
    void wait_until_at_most(std::size_t tasks) const;
    /// To be called when no worker is left. Tells each task whose runs do not fit its outcome.
    void audit() const;

private:
    struct entry {
        std::uint64_t expected = 0;
        std::atomic<outcome> told{};
        std::atomic<bool> is_given_up = false;
        unsigned most_runs = 1;
    };

    outcome classify(const entry& of, const std::exception_ptr& error, std::uint64_t answer) const;
    static std::string contradiction(const entry& of, unsigned runs);

    soak::tally& tally_;
    test::temporary_directory folder_;
    std::string file_ = folder_ / "ledger";
    test::ledger ledger_{file_, capacity};
    std::vector<entry> entries_{capacity};
    std::size_t used_ = 0;
    std::atomic<std::size_t> outstanding_ = 0;
};

} // namespace procpool::soak
