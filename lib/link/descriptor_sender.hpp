// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/attached_descriptors.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>

namespace procpool::link {

/// Until what could not be sent now is tried again, where there is no event for it.
inline constexpr std::chrono::milliseconds descriptors_pause{2};

/// Those of one call; null: it has none.
using attached_ptr = std::shared_ptr<const detail::attached_descriptors>;

/// Descriptors on their way to a worker, in the order of the tasks they go with. In place of those that will never be
/// sent, the worker is told so: it gets one message for each task, in the order of their frames.
class descriptor_sender {
public:
    /// The socket stays the caller's.
    explicit descriptor_sender(int socket) noexcept : socket_(socket) {}

    /// Sends those of that task, or keeps them until there is room. True: all are sent.
    bool send(std::uint64_t id, attached_ptr all);
    /// Sends what waits, as far as there is room. True: nothing waits any more.
    bool send_waiting();
    /// The task was taken back. What was sent already is passed over by the worker.
    void take_back(std::uint64_t id) noexcept;

private:
    struct waiting {
        std::uint64_t id;
        attached_ptr all; // null: its task was taken back
    };
    bool send_or_tell(const waiting& next) const;

    int socket_;
    std::deque<waiting> waiting_;
};

} // namespace procpool::link
