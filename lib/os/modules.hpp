// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace procpool::os {

/// The GNU build id of an ELF file: equal ids, equal code.
using build_id = std::vector<std::byte>;

/// A loaded executable or shared library.
struct module {
    std::string path;         ///< As the dynamic linker knows it; the program itself has its own path.
    build_id id;              ///< Empty when it was linked without --build-id.
    const std::byte* id_at{}; ///< Where the id is in memory.
    std::uintptr_t base = 0;  ///< Where it is loaded.
    std::uintptr_t begin = 0; ///< The lowest and the end of its highest mapped address.
    std::uintptr_t end = 0;
    bool is_program = false; ///< It is never unloaded.
};

/// The module that contains an address; empty when none does (code made at run time).
std::optional<module> module_of(const void* address);

/// Whether a module that was found before is the one that contains the address now: it was neither unloaded nor
/// replaced by another build at the same place. Much faster than to look for the module of the address.
bool is_still_at(const module& known, const void* address) noexcept;

/// What a crashing process can find out about a module.
struct mapped_module {
    const char* path;              ///< Empty for the program itself.
    std::uintptr_t base;           ///< Where it is loaded.
    std::span<const std::byte> id; ///< Its build id in memory; empty when it has none.
};

/// The module that contains an address; empty when none does. Async-signal-safe: takes no lock and no memory.
std::optional<mapped_module> mapped_module_at(std::uintptr_t address) noexcept;

/// The module that has this build id and is loaded now; empty when none is.
std::optional<module> module_with(const build_id& id);

/// The loaded module of that file name (last part of the path), whatever its build; to word a mismatch.
std::optional<module> module_named(const std::string& path);

} // namespace procpool::os
