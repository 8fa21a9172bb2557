// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/shared_memory.hpp"
#include "share/participant_lock.hpp"
#include "share/queue_page.hpp"
#include "waiting_line.hpp"

#include <procpool/detail/shared_queue.hpp>

namespace procpool::detail {

/// What a queue is made of. Each flag is raised before the state says what it stands for, and lowered after the state
/// has ceased to say it. So whoever is killed in between leaves a flag that is raised for nothing, which the next one
/// that looks lowers; never one that sleepers wait for in vain.
struct shared_queue::parts {
    /// The page, then the tape.
    parts(os::descriptor memory, os::descriptor items_flag, os::descriptor room_flag, os::descriptor idle_flag);

    share::participant_lock lock;
    os::mapping memory;
    share::queue_page& page;
    os::descriptor items; ///< Flag: there is an item, or the queue is closed.
    os::descriptor room;  ///< Flag: there is room for one more, or the queue is closed. Unused if there always is.
    os::descriptor idle;  ///< Flag: no item is unfinished.
    waiting_line getters; ///< For items, asynchronously.
    waiting_line putters; ///< For room.
    waiting_line joiners; ///< For idle.

    /// The state that counts. Throws protocol_error when it makes no sense.
    share::queue_state state() const;

    // For who has the lock.
    attempt put(byte_buffer& record);
    attempt get(byte_buffer& record);
    attempt join();
    attempt look_for_item();

private:
    void write(share::queue_state& state, byte_buffer& record);
    std::uint64_t read(const share::queue_state& state, byte_buffer& record) const;
    void give_back(share::queue_state state);
    void commit_taken(share::queue_state& state);
};

} // namespace procpool::detail
