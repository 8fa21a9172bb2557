// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/memory_passing.hpp"
#include "regions.hpp"
#include "wire/control_page.hpp"
#include "wire/shown_payload.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace procpool::link {

/// The parent's end of the road for big payloads: memory that it shows one worker, and that it is shown by it.
class payloads {
public:
    /// `page`: of that worker. `is_confined`: what it has seen of a region must not become another's.
    payloads(const boost::asio::any_io_executor& executor, os::descriptor socket, std::shared_ptr<os::mapping> page,
             bool is_confined);
    payloads(const payloads&) = delete;
    payloads& operator=(const payloads&) = delete;
    ~payloads();

    /// Between the two processes; all that is shown goes through it.
    int socket() noexcept { return socket_.native_handle(); }

    /// Calls handler(error_code) when the worker has sent something, or its end is closed.
    template <class Handler>
    void async_sent(Handler handler)
    {
        socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read, std::move(handler));
    }
    /// Takes a part of what the worker has sent, before an answer refers to it. False: it makes no sense.
    bool take();
    /// Whether the worker can send more.
    bool is_at_end() noexcept;
    /// Ends async_sent().
    void cancel() noexcept;

    /// Shows a call, or a buffer that goes with it, to the worker that is to run it. Empty: it must go through the
    /// pipe. The region stays as it is until release(slot), also when the bytes are gone.
    std::optional<wire::shown_payload> show(std::uint16_t slot, const detail::byte_buffer& call);
    /// The worker does not look at the call of this slot any more. Nothing happens if it was not shown.
    void release(std::uint16_t slot) noexcept;

    /// The bytes that the worker shows. It can go on writing them. Null when what it says makes no sense. Throws
    /// std::system_error when they cannot be mapped.
    detail::region_ptr find(const wire::shown_payload& shown);

    /// Memory that was shown with the task in that slot, and comes back as its result. Null when what the worker says
    /// makes no sense.
    detail::region_ptr find_returned(std::uint16_t slot, const wire::shown_payload& returned) const noexcept;

    /// Whether anything was shown since the last forget().
    bool any() const noexcept { return any_; }
    /// No task is with the worker, and it has been told to forget all.
    void forget() noexcept;

private:
    struct use {
        boost::intrusive_ptr<own_region> region;
        std::size_t place = 0;
    };

    boost::asio::posix::stream_descriptor socket_;
    os::memory_sender sender_;
    os::memory_receiver receiver_;
    std::shared_ptr<os::mapping> page_;
    const bool is_confined_;
    bool any_ = false;
    std::array<std::vector<use>, wire::slot_count> uses_;
};

} // namespace procpool::link
