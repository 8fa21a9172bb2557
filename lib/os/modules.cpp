// SPDX-License-Identifier: BSL-1.0
#include "os/modules.hpp"

#include "os/build_id.hpp"
#include "os/this_process.hpp"
#include "table_mutex.hpp"

#include <algorithm>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <limits>
#include <link.h>
#include <string_view>
#include <sys/auxv.h>

namespace procpool::os {

namespace {

using bytes = std::span<const std::byte>;
using program_header = ElfW(Phdr);
using loaded = dl_phdr_info; // what the dynamic linker tells of a module; its pointers are good during the call only

std::span<const program_header> segments_of(const loaded& info)
{
    return {info.dlpi_phdr, info.dlpi_phnum};
}

std::uintptr_t address_of(const loaded& info, const program_header& segment)
{
    return info.dlpi_addr + segment.p_vaddr;
}

bool contains(const loaded& info, std::uintptr_t address)
{
    return std::ranges::any_of(segments_of(info), [&](const program_header& segment) {
        return segment.p_type == PT_LOAD && address - address_of(info, segment) < segment.p_memsz;
    });
}

bytes build_id_of(const loaded& info)
{
    for (const auto& segment : segments_of(info)) {
        if (segment.p_type != PT_NOTE || !contains(info, address_of(info, segment)))
            continue;
        const bytes id = build_id_in(segment, info.dlpi_addr);
        if (!id.empty())
            return id;
    }
    return {};
}

/// The program itself has an empty name there.
std::string path_of(const loaded& info)
{
    return info.dlpi_name[0] == '\0' ? executable_path() : std::string(info.dlpi_name);
}

// "os::", because a line must not begin with the word module, which C++20 gives a meaning there.
os::module describe(const loaded& info)
{
    const bytes id = build_id_of(info);
    os::module found{.path = path_of(info),
                     .id = {id.begin(), id.end()},
                     .id_at = id.data(),
                     .base = info.dlpi_addr,
                     .begin = std::numeric_limits<std::uintptr_t>::max(),
                     .is_program = info.dlpi_name[0] == '\0'};
    for (const auto& segment : segments_of(info)) {
        if (segment.p_type != PT_LOAD)
            continue;
        found.begin = std::min(found.begin, address_of(info, segment));
        found.end = std::max(found.end, address_of(info, segment) + segment.p_memsz);
    }
    return found;
}

/// The first module, in the order of loading, that is the one meant. fork(3) waits for it: the C library does not
/// release the lock of dl_iterate_phdr(3) in a forked copy, which would then wait for it for ever.
template <class Predicate>
std::optional<module> find_module(Predicate is_meant)
{
    struct search {
        Predicate is_meant;
        std::optional<module> found;
    } state{is_meant, std::nullopt};
    // noexcept: the caller of this function is written in C, no exception may pass through it.
    const auto visit = [](loaded* info, std::size_t, void* data) noexcept -> int {
        auto& current = *static_cast<search*>(data);
        if (!current.is_meant(*info))
            return 0;
        current.found = describe(*info);
        return 1;
    };
    const std::scoped_lock lock(table_mutex());
    ::dl_iterate_phdr(visit, &state);
    return state.found;
}

/// The program itself gets its program headers from the kernel. The mapping of a static program, as glibc describes it,
/// begins behind the ELF header.
bytes build_id_of(const dl_find_object& mapped) noexcept
{
    const link_map& map = *mapped.dlfo_link_map;
    if (map.l_name[0] != '\0')
        return build_id_at(mapped.dlfo_map_start, map.l_addr);
    const auto* first =
        reinterpret_cast<const program_header*>(::getauxval(AT_PHDR)); // NOLINT: the kernel gives a number
    return build_id_in(std::span(first, ::getauxval(AT_PHNUM)), map.l_addr);
}

} // namespace

std::optional<module> module_of(const void* address)
{
    const auto number = reinterpret_cast<std::uintptr_t>(address);
    return find_module([&](const loaded& info) { return contains(info, number); });
}

bool is_still_at(const module& known, const void* address) noexcept
{
    if (known.is_program)
        return reinterpret_cast<std::uintptr_t>(address) - known.begin < known.end - known.begin;
    dl_find_object mapped{}; // glibc's way for unwinders: without locks and system calls
    if (::_dl_find_object(const_cast<void*>(address), &mapped) != 0)
        return false;
    const auto begin = reinterpret_cast<std::uintptr_t>(mapped.dlfo_map_start);
    const auto end = reinterpret_cast<std::uintptr_t>(mapped.dlfo_map_end);
    return begin <= known.begin && known.end <= end && !known.id.empty() &&
           std::memcmp(known.id_at, known.id.data(), known.id.size()) == 0;
}

std::optional<mapped_module> mapped_module_at(std::uintptr_t address) noexcept
{
    dl_find_object mapped{};
    if (::_dl_find_object(reinterpret_cast<void*>(address), &mapped) != 0) // NOLINT: a number is all that a frame has
        return std::nullopt;
    return mapped_module{
        .path = mapped.dlfo_link_map->l_name, .base = mapped.dlfo_link_map->l_addr, .id = build_id_of(mapped)};
}

std::optional<module> module_with(const build_id& id)
{
    if (id.empty())
        return std::nullopt; // not every module without an id
    return find_module([&](const loaded& info) { return std::ranges::equal(build_id_of(info), id); });
}

std::optional<module> module_named(const std::string& path)
{
    const auto file_name = std::filesystem::path(path).filename();
    return find_module(
        [&](const loaded& info) { return std::filesystem::path(path_of(info)).filename() == file_name; });
}

} // namespace procpool::os
