// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "wire/control_page.hpp"

#include <cstdint>

namespace procpool::worker {

/// What this_task is to speak of, from now on until end_current_task(). `timeout_ns`: 0 if there is none.
void begin_current_task(wire::control_page& page, std::uint16_t slot, std::uint64_t id, std::uint64_t started_ns,
                        std::uint64_t timeout_ns) noexcept;
void end_current_task() noexcept;

/// Begins the log of the elements of the task that runs; null where no worker of a pool runs them.
wire::chunk_log* begin_chunk_log() noexcept;
/// Whether that was done: the task that runs has elements.
bool has_chunk_log() noexcept;

} // namespace procpool::worker
