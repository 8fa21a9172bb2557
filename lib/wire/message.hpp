// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/byte_buffer.hpp>
#include <procpool/fault.hpp>
#include <procpool/worker_options.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace procpool::wire {

/// The first message to a worker.
struct configuration {
    std::string thread_name;                           ///< What top shows.
    std::uint64_t max_result_bytes = 0;                ///< A larger answer becomes an error of its task.
    std::optional<std::uint64_t> max_memory_bytes;     ///< With more, an answer says that it is too large.
    bool stdout_is_relayed = false;                    ///< It goes through the pool, whatever becomes of it there.
    bool stdout_is_captured = false;                   ///< Then it needs marks (wire/output_mark.hpp);
    bool stderr_is_captured = false;                   ///< likewise.
    std::optional<std::vector<std::byte>> initializer; ///< A call, as in a task frame, to run before the first task.
    bool is_fork_server = false;                       ///< It runs no tasks; workers are forked from it.
    resource_limits limits;
    sandbox_options sandbox;
    containment contain = containment::none;
    bool exception_stacks = false; ///< Exceptions bring the stack of their throw along.
    std::uint64_t worker = 0;      ///< Its number, to know which of
    std::vector<fault> faults;     ///< these are its own.
};

/// A module that the calls that follow refer to by its number.
struct module_notice {
    std::uint32_t number = 0;
    std::string path;                ///< To word a mismatch.
    std::vector<std::byte> build_id; ///< Equal ids, equal code.
};

/// The first message to a process that runs one call.
struct process_settings {
    std::string name; ///< What this_process::name() says, and top shows.
    resource_limits limits;
    sandbox_options sandbox;
};

detail::byte_buffer encode_message(const configuration& message);
detail::byte_buffer encode_message(const module_notice& message);
detail::byte_buffer encode_message(const process_settings& message);

/// Throw system_error when the bytes make no sense.
configuration decode_configuration(std::span<const std::byte> bytes);
module_notice decode_module_notice(std::span<const std::byte> bytes);
process_settings decode_process_settings(std::span<const std::byte> bytes);

} // namespace procpool::wire
