// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/shared_memory.hpp"

#include <procpool/detail/attached_descriptors.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace procpool::os {

/// How many pieces of memory one process can show another at a time. Each has a place, in which both sides remember it:
/// what was shown once needs no descriptor the next time, and no new mapping.
inline constexpr std::size_t places = 32;

/// In the note of descriptors that go with a task, instead of a place; its number is the task's.
inline constexpr std::uint64_t with_task = ~std::uint64_t{0};

/// Sends the descriptors of a task's arguments through the same socket. Never waits: false, and errno set, when it is
/// full, there are no descriptors left to make others of, or one of them cannot be sent.
bool send_with_task(int socket, std::uint64_t task, const detail::attached_descriptors& all);
/// Tells, in their place, why they will never be sent: an errno, ECANCELED when the task was taken back. Likewise.
bool tell_not_sent(int socket, std::uint64_t task, int why) noexcept;

/// The side that shows. Its memory is known by numbers that never repeat.
class memory_sender {
public:
    /// The socket stays the caller's.
    explicit memory_sender(int socket) noexcept : socket_(socket) {}

    /// Where the other side will find that memory, which it has been sent now if it had not been before. The place is
    /// in use until leave(). Empty: no place is free, or the socket is full.
    std::optional<std::size_t> show(std::uint64_t number, int file) noexcept;
    /// Once for each show().
    void leave(std::size_t place) noexcept { --seats_[place].uses; }
    /// The other side has been told to forget() all. What is in use stays so.
    void forget() noexcept;

private:
    struct seat {
        std::uint64_t number = 0; // 0: nothing was shown there
        std::uint32_t uses = 0;
        std::uint64_t last_use = 0;
    };
    seat* choose(std::uint64_t number) noexcept;

    int socket_;
    std::array<seat, places> seats_{};
    std::uint64_t uses_ = 0;
};

/// The side that looks. It distrusts the other one.
class memory_receiver {
public:
    /// The socket stays the caller's.
    /// Does not wait for what a worker has sent and nobody wants: see close_elsewhere().
    enum class sender { host, worker };

    memory_receiver(int socket, sender from);

    /// The memory that was shown in that place under that number, to be read only. Null: there is none, or what was
    /// sent is no memory that keeps its size, or more, with what is in the other places, than a machine has. Throws
    /// std::system_error when it cannot be mapped. Never waits.
    std::shared_ptr<const mapping> find(std::uint64_t place, std::uint64_t number);
    /// Takes what has been sent before it is looked for, up to that many messages, so that the sender holds few
    /// descriptors of its user's allowance (RLIMIT_NOFILE in flight, unix(7)). False: what came makes no sense. Never
    /// waits.
    bool take(int most);
    /// The descriptors that go with a task. Waits for them. Empty: there was no room for all. Throws std::system_error
    /// with what kept the sender from sending them. Only for who trusts the sender.
    std::vector<descriptor> wait_for(std::uint64_t task);
    /// Closes the descriptors that go with a task, if they are here. Never waits.
    void pass_over(std::uint64_t task);
    void forget() noexcept { seats_ = {}; }

private:
    struct seat {
        std::uint64_t number = 0;
        std::uint64_t size = 0;
        descriptor file; // until it is mapped
        std::shared_ptr<const mapping> memory;
    };
    void discard(std::vector<descriptor> files) const noexcept;
    enum class received { nothing, something, nonsense };
    received receive();
    bool keep(std::uint64_t number, std::uint64_t place, descriptor file);
    bool has_room_for(std::uint64_t size) const noexcept;
    void map(seat& shown);
    void map_if_possible(seat& shown) noexcept;

    int socket_;
    const sender from_;
    descriptor spare_; // given up to receive another: a task may have used up all others
    std::array<seat, places> seats_{};
    std::shared_ptr<std::atomic<std::uint64_t>> mapped_ = std::make_shared<std::atomic<std::uint64_t>>(0);
};

} // namespace procpool::os
