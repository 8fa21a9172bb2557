// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/watched.hpp>

#include "os/flag.hpp"

#include <algorithm>
#include <thread>

namespace procpool::detail {
namespace {

constexpr std::chrono::nanoseconds shortest_pause = std::chrono::microseconds(20);
constexpr std::chrono::nanoseconds longest_pause = std::chrono::milliseconds(10);

std::vector<int> descriptors_of(std::span<const watched> objects)
{
    std::vector<int> descriptors;
    for (const auto& each : objects)
        descriptors.push_back(each.descriptor);
    return descriptors;
}

readiness_of_several look_at(std::span<const watched> objects, std::span<const std::size_t> readable)
{
    readiness_of_several seen;
    for (const std::size_t place : readable) {
        const auto& look = objects[place].look;
        const auto found = look ? look() : attempt::done;
        if (found == attempt::done)
            seen.ready.push_back(place);
        seen.is_busy |= found == attempt::busy;
    }
    return seen;
}

bool has_passed(deadline until)
{
    return until && std::chrono::steady_clock::now() >= *until;
}

/// No event says when the object that is busy ceases to be.
void pause(std::chrono::nanoseconds& length, deadline until)
{
    const auto end = std::chrono::steady_clock::now() + length;
    std::this_thread::sleep_until(until ? std::min(end, *until) : end);
    length = std::min(2 * length, longest_pause);
}

} // namespace

readiness_of_several look_at(std::span<const watched> objects)
{
    return look_at(objects, os::wait_until_some_readable(descriptors_of(objects), std::chrono::steady_clock::now()));
}

std::vector<std::size_t> wait_for_some(std::span<const watched> objects, deadline until)
{
    const auto descriptors = descriptors_of(objects);
    for (auto length = shortest_pause;;) {
        auto seen = look_at(objects, os::wait_until_some_readable(descriptors, until));
        if (!seen.ready.empty() || has_passed(until))
            return std::move(seen.ready);
        if (seen.is_busy)
            pause(length, until);
        else
            length = shortest_pause;
    }
}

} // namespace procpool::detail
