// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace procpool::soak {

/// What became of a task, as its caller was told.
enum class outcome : std::uint8_t {
    none,
    returned,
    threw,
    crashed,
    given_up, ///< Cancelled because its caller wanted it.
    aborted,  ///< Cancelled because its pool went away.
    timed_out,
    queue_timed_out,
    deadline_exceeded,
    quarantined,
    pool_closed,
    start_failed,
    unexpected, ///< Any other error: a fault.
    twice,      ///< It had an outcome already: a fault.
};
inline constexpr std::size_t outcomes = static_cast<std::size_t>(outcome::twice) + 1;
const char* name_of(outcome what);

/// What was done to pools and workers.
enum class trouble : std::uint8_t { killed, stopped, continued, resized, recycled, pool_replaced };
inline constexpr std::size_t troubles = static_cast<std::size_t>(trouble::pool_replaced) + 1;
const char* name_of(trouble what);

/// Counts what is done and what becomes of it. For all threads.
class tally {
public:
    void add(outcome what);
    void add(trouble what) { ++troubles_.at(static_cast<std::size_t>(what)); }
    /// Something that must not be: prints it, up to a number of them.
    void fault(const std::string& sentence);

    std::size_t count(outcome what) const { return outcomes_.at(static_cast<std::size_t>(what)); }
    std::size_t count(trouble what) const { return troubles_.at(static_cast<std::size_t>(what)); }
    std::size_t tasks() const { return tasks_; }
    std::size_t faults() const { return faults_; }
    /// Something of which at least so many of each kind are wanted: the least count of them.
    std::size_t least() const;

private:
    std::array<std::atomic<std::size_t>, outcomes> outcomes_{};
    std::array<std::atomic<std::size_t>, troubles> troubles_{};
    std::atomic<std::size_t> tasks_ = 0;
    std::atomic<std::size_t> faults_ = 0;
};

} // namespace procpool::soak
