// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace procpool::wire {

/// Descriptor numbers in a worker, set by its parent. The environment variable names the nonce that the control page
/// repeats, and the parent: neither an inherited variable nor an inherited descriptor alone makes a worker.
inline constexpr int tasks_descriptor = 3;    ///< Read end: frames with tasks.
inline constexpr int answers_descriptor = 4;  ///< Write end: frames with answers.
inline constexpr int lifeline_descriptor = 5; ///< Read end: end of file means that the parent is gone.
inline constexpr int page_descriptor = 6;     ///< The control page.
inline constexpr int memory_descriptor = 7;   ///< A socket, both ways: descriptors of memory with big payloads.
inline constexpr std::array channel_descriptors{tasks_descriptor, answers_descriptor, lifeline_descriptor,
                                                page_descriptor, memory_descriptor};
inline constexpr const char* nonce_variable = "PROCPOOL_WORKER";

/// The value of the variable.
struct start_note {
    std::uint64_t nonce = 0;
    std::int32_t parent = 0; ///< The process id of the process that started the worker; 0: unknown.
};

/// Returns the variable with its name, as an entry of an environment.
std::string str(const start_note& note);
/// Returns nothing for a malformed value.
std::optional<start_note> parse_start_note(std::string_view value);

/// Goes with the same descriptors, in their order, to a fork server, through its memory_descriptor. Then comes what
/// becomes the worker's stdout, and stderr; where these are not there, the worker has the fork server's.
struct channel_notice {
    std::uint64_t worker = 0; ///< Its number.
    bool has_out = false;
    bool has_err = false;
};

} // namespace procpool::wire
