// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/byte_buffer.hpp>
#include <procpool/detail/config.hpp>
#include <procpool/detail/deadline.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace procpool {

class reader;
class writer;

namespace detail {

class waiting_line;

/// How an attempt that waits for nothing has ended.
enum class attempt : std::uint8_t {
    done,
    not_yet, ///< What is waited for has not happened.
    busy,    ///< Another process, or another thread, has the lock at this moment.
};

/// Where a process can be stopped inside put and get, for tests that kill it there.
enum class queue_step : std::uint8_t { locked, copied, flagged, committed, lowered, gave_back };

/// For tests: calls that at each step of this process's puts and gets. Null: nothing. Not thread-safe.
PROCPOOL_DECL void watch_queue_steps(void (*watcher)(queue_step)) noexcept;

/// One process's end of a queue of records, which other processes have ends of too.
class PROCPOOL_DECL shared_queue : public std::enable_shared_from_this<shared_queue> {
public:
    struct parts;
    /// A record starts with so many bytes, which put() fills in.
    static constexpr std::size_t record_header = sizeof(std::uint64_t);

    explicit shared_queue(std::unique_ptr<parts> all) noexcept;
    shared_queue(const shared_queue&) = delete;
    shared_queue& operator=(const shared_queue&) = delete;
    ~shared_queue();

    /// A new queue. Throws too_many_descriptors, std::bad_alloc, std::system_error.
    static std::shared_ptr<shared_queue> make(std::size_t maxsize);
    /// The end that somebody has sent along with a call.
    static std::shared_ptr<shared_queue> receive(reader& from);
    /// Sends an end along with a call.
    void attach(writer& to) const;

    /// Each throws queue_closed, protocol_error, forked_copy.
    attempt try_put(byte_buffer& record);
    attempt try_get(byte_buffer& record);
    attempt try_join();
    /// done: there is an item, or the queue is closed.
    attempt look_for_item();
    /// False: the limit has passed.
    bool put(byte_buffer& record, deadline until);
    bool get(byte_buffer& record, deadline until);
    bool join(deadline until);
    /// For who does not want to wait for anything but, a moment long, the lock.
    bool put_now(byte_buffer& record);
    bool get_now(byte_buffer& record);
    void task_done();
    void close();

    std::size_t size() const;
    std::size_t maxsize() const noexcept;
    bool is_closed() const;

    /// Descriptors that are readable when an attempt that was not_yet may be done.
    int items_flag() const noexcept;
    int room_flag() const noexcept;
    int idle_flag() const noexcept;
    /// Of those who make such attempts asynchronously.
    waiting_line* getters() const noexcept;
    waiting_line* putters() const noexcept;
    waiting_line* joiners() const noexcept;

private:
    std::unique_ptr<parts> parts_;
};

} // namespace detail
} // namespace procpool
