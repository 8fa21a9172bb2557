// SPDX-License-Identifier: BSL-1.0
#include "os/memory_passing.hpp"

#include "os/close_elsewhere.hpp"
#include "os/descriptor_passing.hpp"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <span>
#include <sys/sysinfo.h>
#include <system_error>

namespace procpool::os {
namespace {

struct note {
    std::uint64_t number = 0;
    std::uint64_t place = 0;
    std::uint64_t error = 0; // instead of descriptors that go with a task: why they do not come
};

constexpr int most_unlooked_for = 1024;
constexpr int lowest = 3; // above stdin, stdout and stderr

/// More than this cannot be in memory; but a sparse file, which costs its maker nothing, can have any size, and would
/// take the addresses of the process that maps it. What is there may have been made twice as large as it is used.
std::uint64_t most_that_can_be_shown() noexcept
{
    struct sysinfo machine {};
    if (::sysinfo(&machine) != 0)
        return 0;
    return 2 * machine.mem_unit * (std::uint64_t{machine.totalram} + machine.totalswap);
}

std::vector<descriptor> refuse(std::uint64_t error)
{
    throw std::system_error(static_cast<int>(error), std::generic_category(), "a descriptor could not be sent");
}

} // namespace

bool send_with_task(int socket, std::uint64_t task, const detail::attached_descriptors& all)
{
    std::vector<descriptor> reopened;
    std::vector<int> fds;
    for (const auto& each : all) {
        fds.push_back(each.fd);
        if (!each.is_reopened)
            continue;
        reopened.push_back(reopen(each.fd));
        fds.back() = reopened.back().get();
        if (!reopened.back())
            return false;
    }
    const note sent{task, with_task};
    return send_descriptors(socket, fds, std::as_bytes(std::span(&sent, 1)));
}

bool tell_not_sent(int socket, std::uint64_t task, int why) noexcept
{
    const note sent{task, with_task, static_cast<std::uint64_t>(why)};
    return send_note(socket, std::as_bytes(std::span(&sent, 1)));
}

memory_receiver::memory_receiver(int socket, sender from)
    : socket_(socket),
      from_(from),
      spare_(duplicate_from(socket, lowest))
{
}

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
        if (more == 0 || receive() != received::something)
            return {};
    if (seats_[place].file)
        map(seats_[place]);
    return seats_[place].memory;
}

bool memory_receiver::take(int most)
{
    auto last = received::something;
    while (most-- != 0 && last == received::something)
        last = receive();
    return last != received::nonsense;
}

// Descriptors that go with a task are here if it was taken back. Those that are lost are missed by who looks for them.
memory_receiver::received memory_receiver::receive()
{
    note sent;
    spare_.reset();
    auto next = receive_descriptors(socket_, std::as_writable_bytes(std::span(&sent, 1)));
    const bool is_with_task = next.are_all && sent.place == with_task && from_ == sender::host;
    if (next.are_all && next.files.size() == 1 && sent.place != with_task)
        return keep(sent.number, sent.place, std::move(next.files.front())) ? received::something : received::nonsense;
    discard(std::move(next.files));
    spare_ = duplicate_from(socket_, lowest);
    if (!next.is_message)
        return received::nothing;
    return is_with_task || next.are_lost ? received::something : received::nonsense;
}

void memory_receiver::discard(std::vector<descriptor> files) const noexcept
{
    if (from_ == sender::worker)
        close_elsewhere(std::move(files));
}

// What was in that place makes room.
bool memory_receiver::keep(std::uint64_t number, std::uint64_t place, descriptor file)
{
    const std::uint64_t size = sealed_size(file.get());
    if (place < seats_.size() && size != 0) {
        seats_[place] = {};
        if (has_room_for(size)) {
            seats_[place] = {number, size, std::move(file), {}};
            map_if_possible(seats_[place]);
            return true;
        }
    }
    std::vector<descriptor> unwanted;
    unwanted.push_back(std::move(file));
    discard(std::move(unwanted));
    spare_ = duplicate_from(socket_, lowest);
    return false;
}

// What went with tasks before this one belongs to some that were taken back.
std::vector<descriptor> memory_receiver::wait_for(std::uint64_t task)
{
    for (;;) {
        note sent;
        pollfd socket{socket_, POLLIN, 0};
        if (::poll(&socket, 1, -1) == 1 && (socket.revents & POLLIN) == 0)
            return {}; // the sender is gone
        spare_.reset();
        auto next = receive_descriptors(socket_, std::as_writable_bytes(std::span(&sent, 1)));
        auto& files = next.files;
        if (!next.are_all)
            files.clear();
        if (sent.place != with_task && files.size() == 1) {
            keep(sent.number, sent.place, std::move(files.front()));
            continue;
        }
        spare_ = duplicate_from(socket_, lowest);
        if (!spare_) { // they have taken its room
            files.clear();
            spare_ = duplicate_from(socket_, lowest);
        }
        if (sent.error == ECANCELED) // it was taken back before, and is here for the second time
            continue;
        if (sent.place == with_task && sent.number == task)
            return sent.error == 0 ? std::move(files) : refuse(sent.error);
    }
}

// Before them may be memory for an earlier task, which is kept as if it had been looked for.
void memory_receiver::pass_over(std::uint64_t task)
{
    for (note next; peek_note(socket_, std::as_writable_bytes(std::span(&next, 1)));) {
        const bool is_with_task = next.place == with_task;
        if (is_with_task && next.number != task)
            return; // they are for a later one
        receive();
        if (is_with_task)
            return;
    }
}

// A machine may have less memory than it had. What is mapped counts until the last result in it is gone.
bool memory_receiver::has_room_for(std::uint64_t size) const noexcept
{
    const std::uint64_t most = most_that_can_be_shown();
    std::uint64_t shown = *mapped_;
    for (const auto& each : seats_)
        shown += each.file ? each.size : 0;
    return shown <= most && size <= most - shown;
}

// At once, because a file that is kept open is one that another cannot be.
void memory_receiver::map_if_possible(seat& shown) noexcept
try {
    map(shown);
} catch (const std::exception&) { // who looks for it is told why
}

// If it fails, the file is still there for the next time.
void memory_receiver::map(seat& shown)
{
    const int file = shown.file.get();
    const auto end = [mapped = mapped_, size = shown.size](const mapping* ended) {
        delete ended;
        *mapped -= size;
    };
    auto made = std::make_unique<const mapping>(file, shown.size, access::read_only);
    *mapped_ += shown.size;
    shown.memory.reset(made.release(), end);
    shown.file.reset();
    spare_ = duplicate_from(socket_, lowest);
}

} // namespace procpool::os
