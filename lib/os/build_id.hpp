// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <link.h>
#include <span>
#include <string>
#include <vector>

namespace procpool::os {

/// The GNU build id in a note segment of a module that is loaded at `base`; empty when it is not there.
/// Async-signal-safe: reads memory, nothing else.
std::span<const std::byte> build_id_in(const ElfW(Phdr) & notes, std::uintptr_t base) noexcept;

/// The build id of the module with these program headers, which is loaded at `base`. Async-signal-safe.
std::span<const std::byte> build_id_in(std::span<const ElfW(Phdr)> segments, std::uintptr_t base) noexcept;

/// The build id of the module whose ELF header is at `header`, and that is loaded at `base`. Async-signal-safe.
std::span<const std::byte> build_id_at(const void* header, std::uintptr_t base) noexcept;

/// The build id of an ELF file of this machine's kind; empty when it has none, or is no such file.
std::vector<std::byte> build_id_of_file(const std::string& path);

} // namespace procpool::os
