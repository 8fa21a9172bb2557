// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/byte_buffer.hpp>
#include <procpool/detail/config.hpp>
#include <procpool/detail/descriptor.hpp>
#include <procpool/detail/shared_queue.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace procpool::detail {

/// One process's share of one end of a connection that carries records.
class PROCPOOL_DECL shared_pipe {
public:
    struct parts;
    /// A record starts with so many bytes, which send() fills in.
    static constexpr std::size_t record_header = sizeof(std::uint64_t);

    explicit shared_pipe(std::unique_ptr<parts> all) noexcept;
    shared_pipe(const shared_pipe&) = delete;
    shared_pipe& operator=(const shared_pipe&) = delete;
    ~shared_pipe();

    /// Both ends. Throws std::system_error.
    static std::pair<std::shared_ptr<shared_pipe>, std::shared_ptr<shared_pipe>> make();
    /// The end that somebody has sent along with a call.
    static std::shared_ptr<shared_pipe> receive(reader& from);
    /// Sends the end along with a call.
    void attach(writer& to) const;

    /// Keeps this end open, whoever closes it. Throws connection_closed.
    std::shared_ptr<const descriptor> socket() const;
    /// Takes the record over and sends it, or a part of it, through that socket(). `ticket`: 0 at the first attempt,
    /// and what that made of it afterwards. Throws connection_closed.
    attempt try_send(int socket, byte_buffer& record, std::uint64_t& ticket);
    /// Likewise.
    attempt try_receive(int socket, byte_buffer& record);
    void send(byte_buffer& record);
    void receive(byte_buffer& record);
    void set_max_item_bytes(std::uint64_t bytes);
    /// Whether something has come by then, be it the end.
    bool poll(deadline until) const;
    void close() noexcept;

    /// Of those who make such attempts asynchronously.
    waiting_line* senders() const noexcept;
    waiting_line* receivers() const noexcept;

private:
    std::unique_ptr<parts> parts_;
};

} // namespace procpool::detail
