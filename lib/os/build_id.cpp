// SPDX-License-Identifier: BSL-1.0
#include "os/build_id.hpp"

#include "os/descriptor.hpp"

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace procpool::os {
namespace {

using bytes = std::span<const std::byte>;
using file_header = ElfW(Ehdr);
using program_header = ElfW(Phdr);

constexpr std::size_t most_segments = 1024; // a broken file may claim more
constexpr std::size_t most_notes = 64 * 1024;

std::size_t alignment_of(const program_header& notes) noexcept
{
    return notes.p_align == 8 ? 8 : 4;
}

/// The build id among the notes of one segment: headers, each followed by a name and a value, both padded.
bytes build_id_among(bytes notes, std::size_t alignment) noexcept
{
    const auto padded = [&](std::size_t size) { return (size + alignment - 1) / alignment * alignment; };
    ElfW(Nhdr) header{};
    while (notes.size() >= sizeof header) {
        std::memcpy(&header, notes.data(), sizeof header);
        const bytes name = notes.subspan(sizeof header);
        const std::size_t value_at = padded(sizeof header + header.n_namesz);
        const std::size_t next = padded(value_at + header.n_descsz);
        if (value_at + header.n_descsz > notes.size())
            return {};
        if (header.n_type == NT_GNU_BUILD_ID && header.n_namesz == 4 && std::memcmp(name.data(), "GNU", 4) == 0)
            return notes.subspan(value_at, header.n_descsz);
        notes = notes.subspan(std::min(next, notes.size()));
    }
    return {};
}

bool is_elf(const file_header& header) noexcept
{
    return std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_phentsize == sizeof(program_header);
}

bool is_regular(const struct stat& file) noexcept
{
    return S_ISREG(file.st_mode);
}

/// A worker may have named it: opening a FIFO would wait for a writer, and opening a device may do anything.
descriptor open_regular(const char* path) noexcept
{
    struct stat found {};
    if (::stat(path, &found) != 0 || !is_regular(found))
        return {};
    descriptor file(::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file || ::fstat(file.get(), &found) != 0 || !is_regular(found)) // it was exchanged meanwhile
        return {};
    return file;
}

/// Reads as much as there is.
template <class T>
std::span<T> read_at(const descriptor& file, std::uint64_t offset, std::span<T> into) noexcept
{
    const auto count = ::pread(file.get(), into.data(), into.size_bytes(), static_cast<off_t>(offset));
    return into.first(count < 0 ? 0 : static_cast<std::size_t>(count) / sizeof(T));
}

std::vector<program_header> segments_of(const descriptor& file)
{
    file_header header{};
    if (read_at(file, 0, std::span(&header, 1)).empty() || !is_elf(header))
        return {};
    std::vector<program_header> segments(std::min<std::size_t>(header.e_phnum, most_segments));
    segments.resize(read_at(file, header.e_phoff, std::span(segments)).size());
    return segments;
}

} // namespace

bytes build_id_in(const program_header& notes, std::uintptr_t base) noexcept
{
    // The linker has mapped the notes there; the number is the only handle that ELF gives.
    const auto* begin = reinterpret_cast<const std::byte*>(base + notes.p_vaddr); // NOLINT
    return build_id_among({begin, notes.p_memsz}, alignment_of(notes));
}

bytes build_id_in(std::span<const program_header> segments, std::uintptr_t base) noexcept
{
    for (const auto& segment : segments) {
        if (segment.p_type != PT_NOTE)
            continue;
        if (const bytes id = build_id_in(segment, base); !id.empty())
            return id;
    }
    return {};
}

bytes build_id_at(const void* header, std::uintptr_t base) noexcept
{
    const auto* start = static_cast<const std::byte*>(header);
    const auto& file = *static_cast<const file_header*>(header);
    if (!is_elf(file))
        return {};
    const auto* first = reinterpret_cast<const program_header*>(start + file.e_phoff);
    return build_id_in(std::span(first, file.e_phnum), base);
}

std::vector<std::byte> build_id_of_file(const std::string& path)
{
    const descriptor file = open_regular(path.c_str());
    for (const auto& segment : segments_of(file)) {
        if (segment.p_type != PT_NOTE)
            continue;
        std::vector<std::byte> notes(std::min<std::size_t>(segment.p_filesz, most_notes));
        const bytes id = build_id_among(read_at(file, segment.p_offset, std::span(notes)), alignment_of(segment));
        if (!id.empty())
            return {id.begin(), id.end()};
    }
    return {};
}

} // namespace procpool::os
