// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/fault.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace procpool {

/// The faults that one worker, or its start, is to have, and how often it has come to each point.
class faults_of_worker {
public:
    faults_of_worker() = default;
    faults_of_worker(std::span<const fault> all, std::uint64_t worker);

    bool empty() const noexcept { return faults_.empty(); }
    /// Whether there is any for that point, due or not.
    bool concern(fault_point at) const noexcept;
    /// Comes to a point: the fault that is due this time, or null.
    const fault* reach(fault_point at) noexcept;

private:
    std::vector<fault> faults_;
    std::array<std::uint64_t, static_cast<std::size_t>(fault_point::pipe2) + 1> reached_{};
};

} // namespace procpool
