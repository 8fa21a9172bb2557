// SPDX-License-Identifier: BSL-1.0
// For tasks that attack the pool from inside their worker: its control page, and its end of the answers' pipe.
#pragma once

#include "wire/control_page.hpp"
#include "wire/frame.hpp"
#include "wire/shown_payload.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace procpool::test {

/// The page of the worker that calls this, mapped once more.
wire::control_page& own_page();

/// The place in the page of the task that runs.
std::uint16_t own_slot();

/// A header as an honest answer of the task that runs would have it.
wire::frame_header own_header();

/// Writes to the pipe of the answers. Gives up when the pipe's other end is gone.
void send_bytes(std::span<const std::byte> bytes);

/// Sends a descriptor with the note that belongs to memory of a big payload.
void send_memory(int fd, std::uint64_t number, std::uint64_t place);

/// A memory file of that size, sealed or not as an honest worker's.
int make_memory(std::size_t size, bool is_sealed);

/// Answers with a payload that lies in memory.
void send_shown(const wire::frame_header& header, const wire::shown_payload& shown,
                wire::payload_place place = wire::payload_place::shown);

/// Writes a header as it is, and a payload, padded.
void send_frame(const wire::frame_header& header, std::string_view payload = {});

} // namespace procpool::test
