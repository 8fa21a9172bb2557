// SPDX-License-Identifier: BSL-1.0
#include "faults_of_worker.hpp"

#include <algorithm>
#include <iterator>

namespace procpool {

faults_of_worker::faults_of_worker(std::span<const fault> all, std::uint64_t worker)
{
    std::ranges::copy_if(all, std::back_inserter(faults_),
                         [=](const fault& each) { return each.worker == 0 || each.worker == worker; });
}

bool faults_of_worker::concern(fault_point at) const noexcept
{
    return std::ranges::any_of(faults_, [=](const fault& each) { return each.at == at; });
}

const fault* faults_of_worker::reach(fault_point at) noexcept
{
    const auto times = ++reached_[static_cast<std::size_t>(at)];
    const auto due =
        std::ranges::find_if(faults_, [=](const fault& each) { return each.at == at && each.nth == times; });
    return due == faults_.end() ? nullptr : &*due;
}

} // namespace procpool
