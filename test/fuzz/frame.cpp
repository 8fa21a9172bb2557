// SPDX-License-Identifier: BSL-1.0
// Feeds a stream of bytes to a frame_reader in pieces. Every payload must lie in what has arrived, and no header may
// make the reader take memory for bytes that have not.
#include "wire/frame.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace {

constexpr std::uint64_t max_payload = 1 << 20;

void touch(const procpool::wire::frame& found)
{
    if (found.payload.size() != found.header.size || found.payload.size() > max_payload)
        std::abort();
    for (const std::byte& each : found.payload)
        static_cast<void>(*const_cast<const volatile std::byte*>(&each));
}

std::size_t fill(procpool::wire::frame_reader& frames, std::span<const std::byte> bytes, std::size_t arrived)
{
    const auto room = frames.prepare();
    if (room.empty() || room.size() > 4 * (arrived + 64 * 1024))
        std::abort();
    const std::size_t count = std::min(room.size(), bytes.size());
    std::copy_n(bytes.begin(), count, room.begin());
    frames.commit(count);
    return count;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::size_t piece = 1 + data[0];
    std::span bytes(reinterpret_cast<const std::byte*>(data + 1), size - 1);
    procpool::wire::frame_reader frames(max_payload);
    std::size_t arrived = 0;
    while (!bytes.empty()) {
        const std::size_t count = fill(frames, bytes.first(std::min(piece, bytes.size())), arrived);
        bytes = bytes.subspan(count);
        arrived += count;
        while (const auto found = frames.next())
            touch(*found);
    }
    return 0;
}
