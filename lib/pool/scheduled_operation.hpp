// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "schedule/task.hpp"

#include <procpool/detail/operation.hpp>

#include <memory>
#include <new>
#include <span>
#include <string>
#include <vector>

namespace procpool::detail {

/// What most tasks do not have: limits other than the usual ones, a name, buffers, or descriptors.
struct own_limits : schedule::task_limits {
    std::string name;
    std::vector<byte_buffer> attached;                   ///< Until the task is settled;
    std::shared_ptr<attached_descriptors> descriptors{}; ///< likewise.
};

/// An operation as the scheduler sees it, inside the operation's own memory.
struct scheduled_operation : schedule::task {
    explicit scheduled_operation(operation& o) noexcept : owner(o) {}

    operation& owner;
    std::unique_ptr<detail::own_limits> own_limits; ///< Null: the usual ones, and nothing else.
    std::uint16_t slot = 0;                         ///< In the page of the worker that has it.
    bool in_line = false;                           ///< It waits for room in the queue. Under the pool's mutex.

    /// What a submission asked for.
    void take(const submit_options& options);
    /// What goes with the call.
    void attach(std::vector<byte_buffer> buffers, std::shared_ptr<attached_descriptors> descriptors);
    std::span<const byte_buffer> attached() const noexcept
    {
        return own_limits ? std::span<const byte_buffer>(own_limits->attached) : std::span<const byte_buffer>();
    }
    std::shared_ptr<attached_descriptors> descriptors() const noexcept
    {
        return own_limits ? own_limits->descriptors : nullptr;
    }
    void release_attached() noexcept
    {
        if (!own_limits)
            return;
        own_limits->attached.clear();
        own_limits->descriptors.reset();
    }
    /// Of the call, with what goes with it.
    std::size_t size() const noexcept;

    static scheduled_operation& of(operation& op) noexcept
    {
        return *std::launder(reinterpret_cast<scheduled_operation*>(op.scheduled_));
    }
    static scheduled_operation& of(schedule::task& t) noexcept { return static_cast<scheduled_operation&>(t); }
    static void* storage_of(operation& op) noexcept { return op.scheduled_; }
    /// Until the task is settled.
    const byte_buffer& call() const noexcept { return owner.outcome_.bytes; }
    std::uint32_t modules() const noexcept { return owner.modules_; }
    static constexpr std::size_t room = sizeof(operation::scheduled_);
};

static_assert(sizeof(scheduled_operation) <= scheduled_operation::room);

} // namespace procpool::detail
