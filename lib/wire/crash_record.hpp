// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace procpool::wire {

/// What a dying worker leaves in the control page. Plain memory: written by one thread in a signal's handler, read when
/// the process is gone.
struct crash_record {
    static constexpr std::size_t most_frames = 64;
    static constexpr std::size_t most_modules = 16;

    struct frame {
        std::uint64_t address;
        std::uint64_t offset; ///< Of the address, from where the module is loaded.
        std::uint64_t module; ///< Its number, from 1; 0: none.
    };
    struct module {
        std::array<char, 256> path; ///< Ends with a zero.
        std::array<std::byte, 32> id;
        std::uint64_t id_size;
    };

    std::uint64_t peak_memory_kib; ///< 0: unknown.
    std::uint64_t fault_address;
    std::uint64_t stack_pointer; ///< Of the thread that crashed.
    std::int32_t signal;         ///< 0: the worker left no last words.
    std::int32_t code;           ///< siginfo_t::si_code.
    std::uint64_t frame_count;
    std::uint64_t module_count;
    std::array<frame, most_frames> frames;
    std::array<module, most_modules> modules;
};

/// A crash record as the parent sees it: bounded, whatever the worker has written.
struct last_words {
    struct frame {
        std::uint64_t address;
        std::uint64_t offset;
        std::string module;
        std::string build_id; ///< In hexadecimal.
    };
    int signal = 0;
    int code = 0;
    std::uint64_t fault_address = 0;
    std::uint64_t stack_pointer = 0;
    std::uint64_t peak_memory_kib = 0;
    std::vector<frame> stack;
};

/// Reads a record that the worker, or what it has left behind, may change meanwhile. Empty when there is none.
std::optional<last_words> read(const crash_record& shared);

} // namespace procpool::wire
