// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "schedule/task.hpp"

#include <procpool/detail/operation.hpp>

#include <memory>
#include <new>
#include <string>

namespace procpool::detail {

/// What most tasks do not have: limits other than the usual ones, or a name.
struct own_limits : schedule::task_limits {
    std::string name;
};

/// An operation as the scheduler sees it, inside the operation's own memory.
struct scheduled_operation : schedule::task {
    explicit scheduled_operation(operation& o) noexcept : owner(o) {}

    operation& owner;
    std::unique_ptr<const detail::own_limits> own_limits; ///< Null: the usual ones, and no name.
    std::uint16_t slot = 0;                               ///< In the page of the worker that has it.

    /// What a submission asked for.
    void take(const submit_options& options);

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
