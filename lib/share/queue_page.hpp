// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace procpool::share {

/// All that changes when an item comes or goes. Positions are those of bytes on the tape.
struct queue_state {
    std::uint64_t head = 0;           ///< Of the next item to be taken.
    std::uint64_t tail = 0;           ///< Behind the last item.
    std::uint64_t put = 0;            ///< Items, from the beginning.
    std::uint64_t taken = 0;          ///< Likewise.
    std::uint64_t unfinished = 0;     ///< Items that were put and for which nobody has called task_done().
    std::uint64_t allocated_from = 0; ///< Only between these there may be memory that is to be given back.
    std::uint64_t allocated_to = 0;
    std::uint64_t is_closed = 0;

    std::uint64_t count() const noexcept { return put - taken; }
    /// Whether it can be the state of a queue: another process may have written anything.
    bool makes_sense() const noexcept;
};

/// The part of a queue's memory that each of its processes maps. The state is there twice. A change is written into the
/// copy that does not count, and then counts by one store: who is killed in the middle of it has changed nothing.
class queue_page {
public:
    static constexpr std::size_t size = 4096;

    /// In zeroed memory.
    void initialize(std::uint64_t maxsize) noexcept;
    /// Whether somebody has done that.
    bool is_initialized() const noexcept { return magic_ == expected_magic; }
    /// 0: no limit.
    std::uint64_t maxsize() const noexcept { return maxsize_; }

    /// The state that counts; whole also while another process commits one.
    queue_state read() const noexcept;
    /// Only for who has the queue's lock.
    void commit(const queue_state& next) noexcept;

private:
    static constexpr std::uint64_t expected_magic = 0x65756575'71637270; // "prcqueue"
    static constexpr std::size_t words = sizeof(queue_state) / sizeof(std::uint64_t);

    std::uint64_t magic_;
    std::uint64_t maxsize_;
    std::atomic<std::uint64_t> commits_;
    std::array<std::array<std::atomic<std::uint64_t>, words>, 2> copies_;
};

static_assert(sizeof(queue_page) <= queue_page::size);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "a queue's state is shared between processes");

} // namespace procpool::share
