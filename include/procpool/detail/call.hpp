// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/attached_descriptors.hpp>
#include <procpool/detail/byte_buffer.hpp>
#include <procpool/detail/config.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace procpool::detail {

class decoder;
class encoder;

/// Code as a place in a module: the same in every process that has loaded the same build of that module, wherever
/// the loader put it. Modules are numbered in the order in which the parent first referred to them.
struct code_ref {
    std::uint64_t module : 16 = 0;
    std::uint64_t offset : 48 = 0;
};

/// Module number of a call that names its task instead of referring to code.
inline constexpr std::uint64_t named_module = 0xffff;

/// What runs in the worker for one kind of call: reads the arguments, calls, writes the result.
using trampoline = void (*)(decoder& arguments, encoder& result);

/// A call as bytes: which code, and its arguments.
struct call {
    byte_buffer bytes;
    std::uint32_t modules = 0;         ///< How many of the parent's modules a worker must know to run it.
    std::vector<byte_buffer> attached; ///< Those of its buffers that lie in regions.
    std::shared_ptr<attached_descriptors> descriptors{}; ///< Null: it has none.
};

/// In the place of an attached buffer's bytes is its number among the attached ones, in that of another this.
inline constexpr std::uint64_t not_attached = ~std::uint64_t{0};

/// Writes a buffer's bytes into a call, or attaches them. Throws std::bad_alloc.
PROCPOOL_DECL void encode_buffer(call& made, byte_buffer bytes);

/// Where code lies. Throws system_error(module_mismatch) when the address belongs to no loaded module, or to one that
/// was linked without a build id. Thread-safe.
PROCPOOL_DECL code_ref locate_code(const void* address);

/// Remembers where one piece of code lies. Unlike a local static of type code_ref it has no guard, which another thread
/// may hold when the program forks. Thread-safe.
class known_code {
public:
    code_ref locate(const void* address)
    {
        std::uint64_t seen = where_.load(std::memory_order_relaxed);
        if (seen == unknown) {
            const code_ref found = locate_code(address);
            seen = found.offset << 16 | found.module;
            where_.store(seen, std::memory_order_relaxed);
        }
        const std::uint64_t offset = seen >> 16;
        return {.module = seen & 0xffff, .offset = offset & 0xffff'ffff'ffff};
    }

private:
    static constexpr std::uint64_t unknown = 0; // a module begins with its header, not with code
    std::atomic<std::uint64_t> where_{unknown};
};

/// In a worker: the address of code that the parent referred to. Throws system_error(module_mismatch) with a sentence
/// that names the file.
PROCPOOL_DECL const void* resolve_code(code_ref code);

} // namespace procpool::detail
