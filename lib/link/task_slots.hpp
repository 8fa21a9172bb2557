// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "wire/control_page.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

namespace procpool::detail {

struct scheduled_operation; // to the link, just the pool's name for a task

} // namespace procpool::detail

namespace procpool::link {

using task = detail::scheduled_operation;

/// The parent's view of the tasks that are with one worker. Which ids are there is remembered here, in the parent's own
/// memory; the page, which the worker can write, is only asked how far each has come.
class task_slots {
public:
    explicit task_slots(wire::control_page& page) noexcept;

    /// A place for a task that is about to be sent. At most wire::slot_count are in use at a time.
    std::uint16_t take(std::uint64_t id, task& t, std::chrono::steady_clock::time_point deadline) noexcept;
    void release(std::uint16_t slot) noexcept;
    /// Frees the slot and returns the task that was in it; null when that is not the one with this id.
    task* take_out(std::uint16_t slot, std::uint64_t id) noexcept;
    /// Whether a task with this id is there.
    bool has(std::uint64_t id) const noexcept;
    bool empty() const noexcept { return free_count_ == wire::slot_count; }
    /// The task in a slot, or null.
    task* at(std::uint16_t slot) const noexcept { return tasks_[slot]; }

    std::uint64_t id_at(std::uint16_t slot) const noexcept { return ids_[slot]; }

    /// Asks the task in a slot to stop.
    void ask(std::uint16_t slot) noexcept;
    /// True: the task had not started and cannot start any more.
    bool revoke(std::uint16_t slot) noexcept { return page_.slots[slot].revoke(ids_[slot]); }
    bool may_run(std::uint16_t slot) const noexcept { return page_.slots[slot].may_run(ids_[slot]); }
    bool may_have_run(std::uint16_t slot) const noexcept { return page_.slots[slot].may_have_run(ids_[slot]); }
    /// When the task started, by the worker's word; empty when it has not.
    std::optional<std::chrono::steady_clock::time_point> started(std::uint16_t slot) const noexcept;

private:
    wire::control_page& page_;
    std::array<std::uint64_t, wire::slot_count> ids_{};
    std::array<task*, wire::slot_count> tasks_{};      // null: free
    std::array<std::uint16_t, wire::slot_count> free_; // a stack
    std::size_t free_count_ = wire::slot_count;
};

} // namespace procpool::link
