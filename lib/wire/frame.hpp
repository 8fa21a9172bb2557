// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/byte_buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <span>

namespace procpool::wire {

/// What a frame says. The first group travels to the worker, the second one back.
enum class frame_kind : std::uint8_t {
    configure = 1, ///< First frame: names, limits and the initializer (message.hpp).
    module,        ///< One more module that tasks refer to (message.hpp).
    task,          ///< A call: which code, and its arguments.
    forget,        ///< No task is there: all memory that was shown, either way, is forgotten, to be given back.
    process,       ///< First frame of a process that is no worker: its name and limits (message.hpp).
    call,          ///< The call that such a process is for. It ends with it.
    fork,          ///< To a fork server: a worker, its id, for which a channel was given; the payload is its title.

    ready,        ///< The initializer has returned; tasks may follow.
    start_failed, ///< The initializer threw; the payload is the exception.
    result,       ///< A task returned; the payload is its value.
    exception,    ///< A task threw; the payload is the exception.
    forked,       ///< From a fork server: a worker, its id, was forked or not; control_page::forked says how it went.
};

/// Where the payload of a task or result lies.
enum class payload_place : std::uint8_t {
    in_frame, ///< Behind the header.
    shown,    ///< In memory that the sender shows; the frame holds a shown_payload.
    returned, ///< In memory that the receiver has shown with this task; likewise.
};

/// Precedes each payload. Both ends are the same machine: native byte order.
struct frame_header {
    std::uint64_t size = 0;   ///< Payload bytes, without padding.
    std::uint64_t id = 0;     ///< The task; ids are never used twice in a pool.
    std::uint64_t ran_ns = 0; ///< Of an answer: how long the task ran, a hint that is used for scheduling only. Of a
                              ///< task: how long it may run, so that it can ask; 0: as long as it likes.
    frame_kind kind{};
    std::uint8_t descriptors =
        0;                      ///< Of a task, or the first message: so many go with its arguments, through the socket.
    std::uint16_t slot = 0;     ///< The task's place in the control page.
    std::uint8_t may_hold = 0;  ///< The worker may keep the answer back a moment, to write several at once.
    std::uint8_t too_large = 0; ///< Of an answer: the worker's memory has grown beyond its limit.
    payload_place place = payload_place::in_frame; ///< Of a task or result.
    std::uint8_t attached = 0; ///< Of a task: so many buffers go with it; before the call are as many shown_payloads.
};
static_assert(sizeof(frame_header) == 32);

/// Payloads are padded to this, so that every header and every payload is aligned for the values in it.
inline constexpr std::size_t frame_alignment = 8;

/// The longest exception that travels; of a longer one the texts are cut.
inline constexpr std::size_t max_exception_bytes = 64 * 1024;

/// A payload's size with its padding.
constexpr std::size_t padded(std::size_t size) noexcept
{
    return (size + frame_alignment - 1) & ~(frame_alignment - 1);
}

/// Appends a frame to bytes that will be written. Returns its header, which can be completed there until more is
/// appended.
inline frame_header& append_frame(detail::byte_buffer& to, frame_kind kind, std::span<const std::byte> payload)
{
    const std::size_t room = padded(payload.size());
    std::byte* const at = to.extend(sizeof(frame_header) + room);
    if (!payload.empty()) {
        std::memset(at + sizeof(frame_header) + room - frame_alignment, 0, frame_alignment);
        std::memcpy(at + sizeof(frame_header), payload.data(), payload.size());
    }
    return *new (at) frame_header{.size = payload.size(), .kind = kind};
}

/// A frame that has arrived whole. The payload is valid until the next call of the reader it came from.
struct frame {
    frame_header header;
    std::span<const std::byte> payload;
};

/// Cuts a stream of bytes into frames. Distrusts it: a header that makes no sense sets `broken` for good, and memory
/// grows with the bytes that have really arrived, never with a size that is merely claimed.
class frame_reader {
public:
    /// Frames with a payload over max_payload are refused.
    explicit frame_reader(std::uint64_t max_payload) : max_payload_(max_payload) {}

    /// Where the next bytes belong. Never empty.
    std::span<std::byte> prepare();
    /// The first `count` bytes of prepare() have been filled.
    void commit(std::size_t count) noexcept { end_ += count; }
    /// The next whole frame, if there is one.
    std::optional<frame> next();

    /// Whether the start of a frame is here that is not whole yet.
    bool has_partial_frame() const noexcept { return begin_ != end_; }
    /// Whether the stream made no sense. Then next() gives nothing any more.
    bool broken() const noexcept { return broken_; }

private:
    bool acceptable(const frame_header& header) const noexcept;
    void make_room();

    std::uint64_t max_payload_;
    detail::byte_buffer buffer_;
    std::size_t begin_ = 0;  // of what is not consumed
    std::size_t end_ = 0;    // of what has arrived
    std::size_t wanted_ = 0; // size of the frame at begin_, header and padding included, when it is known
    bool broken_ = false;
};

} // namespace procpool::wire
