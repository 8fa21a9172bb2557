// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/memory_passing.hpp"
#include "regions.hpp"
#include "wire/control_page.hpp"
#include "wire/frame.hpp"
#include "wire/shown_payload.hpp"

#include <array>
#include <optional>
#include <span>
#include <system_error>
#include <vector>

namespace procpool::worker {

/// A call as it has arrived.
struct received_call {
    std::span<const std::byte> bytes;
    std::vector<detail::byte_buffer> attached{};
    std::vector<os::descriptor> descriptors{};
};

/// Throws that a task cannot have the descriptors of its arguments, of which there are so many: too_many_descriptors,
/// or not_serializable.
[[noreturn]] void refuse_descriptors(std::size_t count, const std::error_code& why);

/// A result that lies in memory: where, and in whose.
struct shown_result {
    wire::shown_payload at;
    wire::payload_place place{};
};

/// The worker's end of the road for big payloads.
class payloads {
public:
    explicit payloads(wire::control_page& page);

    /// A call and the buffers that go with it, wherever they are. The bytes are valid until the next frame. Throws
    /// std::bad_alloc when there is no room to map them; too_many_descriptors. Waits for what the parent still has to
    /// send.
    received_call call_in(const wire::frame& frame);
    /// The frame's task was taken back: what has come with it is closed.
    void pass_over(const wire::frame_header& header);
    /// Shows the parent what `answer` holds from `offset` on, and takes the memory over. Empty: it must go through the
    /// pipe, and `answer` is as it was.
    std::optional<shown_result> show(detail::byte_buffer& answer, std::size_t offset) noexcept;
    /// Gives the memory back, but for what the parent still looks at.
    void forget() noexcept;

private:
    detail::region_ptr find(const wire::shown_payload& shown);
    detail::byte_buffer take_attached(const wire::shown_payload& where, std::span<const std::byte>& in_frame);
    std::vector<os::descriptor> take_descriptors(const wire::frame_header& header);
    void take_returned() noexcept;

    struct loan {
        boost::intrusive_ptr<own_region> region; // null: the parent has nothing of this place
        std::uint64_t returns = 0;               // expected when it is done with this one
    };

    std::vector<std::uint64_t> shown_with_task_; // numbers of memory
    wire::control_page& page_;
    os::memory_sender sender_;
    os::memory_receiver receiver_;
    region_user keeps_regions_;
    std::array<loan, wire::shown_places> loans_{};
};

} // namespace procpool::worker
