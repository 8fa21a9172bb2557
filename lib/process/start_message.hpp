// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/descriptor.hpp"
#include "os/memory_passing.hpp"
#include "regions.hpp"
#include "wire/frame.hpp"
#include "wire/message.hpp"
#include "wire/shown_payload.hpp"

#include <procpool/detail/call.hpp>

#include <vector>

namespace procpool::detail {

/// All that a process is told, in the frames that a worker gets through its pipe: what it is, which modules its call
/// refers to, and the call. Big payloads are not in there but shown beside it, through a socket.
class start_message {
public:
    /// `socket`: its other end is the process's; stays the caller's. Throws std::system_error when descriptors of the
    /// arguments cannot be sent.
    start_message(const wire::process_settings& settings, const call& made, int socket);

    /// The frames as a file to be read from its beginning to its end: other than a pipe it has room for all of them, so
    /// nobody waits for anybody. Throws std::system_error.
    os::descriptor file() const;
    /// What is shown must stay as it is until the process has ended.
    std::vector<boost::intrusive_ptr<own_region>> take_shown() noexcept { return std::move(shown_); }

private:
    void add(wire::frame_kind kind, std::span<const std::byte> payload);
    std::uint8_t send_descriptors(const call& made) const;
    void add_call(const call& made);
    wire::shown_payload place_of(const byte_buffer& bytes);

    const int socket_;
    const bool is_confined_; // what it has seen must not become another's
    os::memory_sender sender_;
    byte_buffer frames_;
    std::vector<boost::intrusive_ptr<own_region>> shown_;
};

} // namespace procpool::detail
