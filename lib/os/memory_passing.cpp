// SPDX-License-Identifier: BSL-1.0
#include "os/memory_passing.hpp"

#include "os/descriptor_passing.hpp"

#include <algorithm>
#include <span>

namespace procpool::os {
namespace {

struct note {
    std::uint64_t number = 0;
    std::uint64_t place = 0;
};

constexpr int most_unlooked_for = 1024;
constexpr int lowest = 3; // above stdin, stdout and stderr

} // namespace

memory_receiver::memory_receiver(int socket) noexcept : socket_(socket), spare_(duplicate_from(socket, lowest)) {}

std::optional<std::size_t> memory_sender::show(std::uint64_t number, int file) noexcept
{
    seat* const chosen = choose(number);
    if (!chosen)
        return {};
    const auto index = static_cast<std::size_t>(chosen - seats_.data());
    if (chosen->number != number) {
        const note sent{number, index};
        if (!send_descriptors(socket_, std::span(&file, 1), std::as_bytes(std::span(&sent, 1))))
            return {};
        chosen->number = number;
    }
    ++chosen->uses;
    chosen->last_use = ++uses_;
    return index;
}

void memory_sender::forget() noexcept
{
    for (auto& each : seats_)
        each.number = 0;
}

// The place that has it already; else the one that was not used for longest.
memory_sender::seat* memory_sender::choose(std::uint64_t number) noexcept
{
    const auto known = std::ranges::find(seats_, number, &seat::number);
    if (known != seats_.end())
        return &*known;
    seat* oldest = nullptr;
    for (auto& each : seats_)
        if (each.uses == 0 && (!oldest || each.last_use < oldest->last_use))
            oldest = &each;
    return oldest;
}

// Some that were sent were never looked for: their tasks were taken back. No more than a socket holds: the other side
// could go on sending.
std::shared_ptr<const mapping> memory_receiver::find(std::uint64_t place, std::uint64_t number)
{
    if (place >= seats_.size())
        return {};
    for (int more = most_unlooked_for; seats_[place].number != number; --more)
        if (more == 0 || !receive())
            return {};
    if (seats_[place].file)
        map(seats_[place]);
    return seats_[place].memory;
}

bool memory_receiver::receive()
{
    note sent;
    spare_.reset();
    descriptor file = receive_descriptor(socket_, std::as_writable_bytes(std::span(&sent, 1)));
    if (!file || sealed_size(file.get()) == 0 || sent.place >= seats_.size()) {
        file.reset();
        spare_ = duplicate_from(socket_, lowest);
        return false;
    }
    seats_[sent.place] = {sent.number, std::move(file), {}};
    return true;
}

// If it fails, the file is still there for the next time.
void memory_receiver::map(seat& shown)
{
    const int file = shown.file.get();
    shown.memory = std::make_shared<const mapping>(mapping(file, sealed_size(file), access::read_only));
    shown.file.reset();
    spare_ = duplicate_from(socket_, lowest);
}

} // namespace procpool::os
