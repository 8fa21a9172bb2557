// SPDX-License-Identifier: BSL-1.0
#include "support/hostile.hpp"

#include "support/send_descriptors.hpp"
#include "wire/worker_start.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <span>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace procpool::test {

wire::control_page& own_page()
{
    static void* const page =
        ::mmap(nullptr, sizeof(wire::control_page), PROT_READ | PROT_WRITE, MAP_SHARED, wire::page_descriptor, 0);
    if (page == MAP_FAILED)
        std::abort();
    return *static_cast<wire::control_page*>(page);
}

std::uint16_t own_slot()
{
    const auto& slots = own_page().slots;
    for (std::uint16_t i = 0; i != slots.size(); ++i)
        if (wire::task_word::unpack(slots[i].word.load()).state == wire::task_state::running)
            return i;
    return 0;
}

wire::frame_header own_header()
{
    wire::frame_header header;
    header.kind = wire::frame_kind::result;
    header.slot = own_slot();
    header.id = wire::task_word::unpack(own_page().slots[header.slot].word.load()).id;
    return header;
}

void send_bytes(std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const auto count = ::write(wire::answers_descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno != EINTR)
            return;
        bytes = bytes.subspan(static_cast<std::size_t>(count < 0 ? 0 : count));
    }
}

void send_memory(int fd, std::uint64_t number, std::uint64_t place)
{
    std::array<std::uint64_t, 3> note{number, place};
    send_descriptors(wire::memory_descriptor, std::span(&fd, 1), std::as_writable_bytes(std::span(note)));
}

int make_memory(std::size_t size, bool is_sealed)
{
    const int fd = ::memfd_create("hostile", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (::ftruncate(fd, static_cast<off_t>(size)) != 0)
        std::abort();
    if (is_sealed)
        ::fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW);
    return fd;
}

void send_shown(const wire::frame_header& header, const wire::shown_payload& shown, wire::payload_place place)
{
    auto sent = header;
    sent.place = place;
    sent.size = sizeof(shown);
    send_frame(sent, {reinterpret_cast<const char*>(&shown), sizeof(shown)});
}

void send_frame(const wire::frame_header& header, std::string_view payload)
{
    std::vector<std::byte> frame(sizeof(header) + wire::padded(payload.size()));
    std::memcpy(frame.data(), &header, sizeof(header));
    std::ranges::copy(std::as_bytes(std::span(payload)), frame.begin() + sizeof(header));
    send_bytes(frame);
}

} // namespace procpool::test
