// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/shared_pipe.hpp>

#include "os/flag.hpp"
#include "os/stream_socket.hpp"
#include "waiting_line.hpp"

#include <procpool/detail/reader.hpp>
#include <procpool/detail/throw_error.hpp>
#include <procpool/detail/writer.hpp>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <span>
#include <string>

namespace procpool::detail {
namespace {

// Memory grows with what has come, not with what a sender claims.
constexpr std::size_t least_room = 64 * 1024;

[[noreturn]] void throw_pipe_closed()
{
    throw_error(errc::connection_closed, make_error_code(errc::connection_closed).message());
}

} // namespace

/// The records that are on their way out, one at a time: what was begun must be finished before another begins.
class outgoing_record {
public:
    /// Takes a record if none is under way. Returns its ticket; 0: not yet.
    std::uint64_t begin(byte_buffer& record)
    {
        if (done_ != record_.size())
            return 0;
        const std::uint64_t size = record.size() - shared_pipe::record_header;
        std::memcpy(record.data(), &size, sizeof(size));
        record_ = std::move(record);
        done_ = 0;
        return ++begun_;
    }
    /// False: the other end is closed.
    bool send(int socket)
    {
        while (done_ != record_.size()) {
            const auto count = os::send_some(socket, std::span(record_).subspan(done_));
            if (!count)
                return false;
            if (*count == 0)
                return true;
            done_ += *count;
        }
        record_ = {};
        done_ = 0;
        return true;
    }
    bool is_sent(std::uint64_t ticket) const noexcept { return ticket < begun_ || record_.empty(); }

private:
    byte_buffer record_;
    std::size_t done_ = 0;
    std::uint64_t begun_ = 0;
};

/// The record that is coming in. What has come of it is kept when who waits for it gives up.
class incoming_record {
public:
    void set_largest(std::uint64_t size) noexcept { largest_ = size; }
    /// After some reads it is not yet done, even if more has come: a loop has other things to do, and a sender that is
    /// fast enough would keep it here.
    attempt receive(int socket, byte_buffer& whole)
    {
        for (int reads = 0; reads != most_reads; ++reads) {
            make_room();
            const auto count = os::receive_some(socket, std::span(record_).subspan(have_));
            if (!count)
                end();
            if (*count == 0)
                return attempt::not_yet;
            have_ += *count;
            if (is_whole()) {
                whole = std::move(record_);
                have_ = 0;
                return attempt::done;
            }
        }
        return attempt::not_yet;
    }

private:
    static constexpr std::size_t header = shared_pipe::record_header;
    static constexpr int most_reads = 2; // the size, and what is usual behind it

    std::uint64_t size() const noexcept
    {
        std::uint64_t claimed = 0;
        std::memcpy(&claimed, record_.data(), sizeof(claimed));
        return claimed;
    }
    bool is_whole() const noexcept { return have_ >= header && have_ - header == size(); }
    void make_room()
    {
        if (have_ != record_.size())
            return;
        if (have_ >= header && size() > largest_)
            throw_error(errc::not_serializable,
                        "An item of " + std::to_string(size()) +
                            " bytes is coming through the pipe, and this end takes " + std::to_string(largest_) +
                            " at most: raise pipe::set_max_item_bytes() and receive again, or send less at a time");
        const std::uint64_t wanted = have_ < header ? header : size() - (have_ - header);
        record_.extend(static_cast<std::size_t>(std::min<std::uint64_t>(wanted, std::max(least_room, have_))));
    }
    [[noreturn]] void end() const
    {
        if (have_ == 0)
            throw_pipe_closed();
        throw_error(errc::connection_closed,
                    "The other end of the pipe was closed in the middle of an item; look for a "
                    "crash of the process that had it.");
    }

    byte_buffer record_;
    std::size_t have_ = 0;
    std::uint64_t largest_ = std::uint64_t{1} << 30;
};

struct shared_pipe::parts {
    explicit parts(detail::descriptor end) : socket_(std::make_shared<const detail::descriptor>(std::move(end))) {}

    /// Who uses it keeps it open. Throws connection_closed.
    std::shared_ptr<const detail::descriptor> socket() const
    {
        const std::lock_guard locked(socket_mutex_);
        if (!socket_)
            throw_pipe_closed();
        return socket_;
    }
    void close() noexcept
    {
        const std::lock_guard locked(socket_mutex_);
        socket_.reset();
    }

    std::mutex out_mutex; // held only while nothing is waited for
    outgoing_record out;
    std::mutex in_mutex; // likewise
    incoming_record in;
    waiting_line senders;
    waiting_line receivers;

private:
    mutable std::mutex socket_mutex_;
    std::shared_ptr<const detail::descriptor> socket_; // null: closed
};

shared_pipe::shared_pipe(std::unique_ptr<parts> all) noexcept : parts_(std::move(all)) {}
shared_pipe::~shared_pipe() = default;

std::pair<std::shared_ptr<shared_pipe>, std::shared_ptr<shared_pipe>> shared_pipe::make()
{
    auto ends = os::make_stream_sockets();
    return {std::make_shared<shared_pipe>(std::make_unique<parts>(std::move(ends.first))),
            std::make_shared<shared_pipe>(std::make_unique<parts>(std::move(ends.second)))};
}

std::shared_ptr<shared_pipe> shared_pipe::receive(reader& from)
{
    return std::make_shared<shared_pipe>(std::make_unique<parts>(from.take_descriptor()));
}

void shared_pipe::attach(writer& to) const
{
    const auto attached = socket();
    to.attach({attached, attached->get()});
}

std::shared_ptr<const descriptor> shared_pipe::socket() const
{
    return parts_->socket();
}

attempt shared_pipe::try_send(int socket, byte_buffer& record, std::uint64_t& ticket)
{
    const std::lock_guard locked(parts_->out_mutex);
    auto& out = parts_->out;
    if (!out.send(socket))
        throw_pipe_closed();
    if (ticket == 0 && (ticket = out.begin(record)) != 0 && !out.send(socket))
        throw_pipe_closed();
    return ticket != 0 && out.is_sent(ticket) ? attempt::done : attempt::not_yet;
}

attempt shared_pipe::try_receive(int socket, byte_buffer& record)
{
    const std::lock_guard locked(parts_->in_mutex);
    return parts_->in.receive(socket, record);
}

void shared_pipe::send(byte_buffer& record)
{
    const auto held = socket();
    for (std::uint64_t ticket = 0; try_send(held->get(), record, ticket) != attempt::done;)
        os::wait_until_ready(held->get(), os::readiness::to_write, {});
}

void shared_pipe::receive(byte_buffer& record)
{
    const auto held = socket();
    while (try_receive(held->get(), record) != attempt::done)
        os::wait_until_ready(held->get(), os::readiness::to_read, {});
}

void shared_pipe::set_max_item_bytes(std::uint64_t bytes)
{
    const std::lock_guard locked(parts_->in_mutex);
    parts_->in.set_largest(bytes);
}

bool shared_pipe::poll(deadline until) const
{
    const auto held = socket();
    return os::wait_until_ready(held->get(), os::readiness::to_read, until);
}

void shared_pipe::close() noexcept
{
    parts_->close();
}

waiting_line* shared_pipe::senders() const noexcept
{
    return &parts_->senders;
}

waiting_line* shared_pipe::receivers() const noexcept
{
    return &parts_->receivers;
}

} // namespace procpool::detail
