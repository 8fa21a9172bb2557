// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "faults_of_worker.hpp"

#include <cstddef>
#include <span>

namespace procpool::worker {

/// What is to go wrong in this worker (procpool/fault.hpp). Without faults every question costs one branch.
class fault_plan {
public:
    fault_plan() = default;
    fault_plan(std::span<const fault> all, std::uint64_t worker) : faults_(all, worker) {}

    /// Ends this process, or waits for the delay, if a fault is due at that point.
    void reach(fault_point at)
    {
        if (!faults_.empty())
            suffer(faults_.reach(at));
    }
    /// Whether a fault is due at that point, for those that do more than to end the process.
    bool is_due(fault_point at) noexcept { return !faults_.empty() && faults_.reach(at) != nullptr; }
    bool empty() const noexcept { return faults_.empty(); }
    /// As os::read_some(). With a fault in_task_frame, frame headers are read alone, so that it can come behind one.
    std::ptrdiff_t read(int fd, std::span<std::byte> into);

private:
    static void suffer(const fault* due);
    std::ptrdiff_t read_header(int fd, std::span<std::byte> into);

    faults_of_worker faults_;
    std::size_t left_of_frame_ = 0; // bytes of the payload that are not read, when headers are read alone
};

} // namespace procpool::worker
