// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/async_attempt.hpp>
#include <procpool/detail/decoder.hpp>
#include <procpool/detail/encoder.hpp>
#include <procpool/detail/shared_queue.hpp>
#include <procpool/detail/token.hpp>
#include <procpool/detail/watched.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <utility>

namespace procpool {

template <class T>
class queue;

namespace detail {
template <class T>
inline constexpr bool is_shared_handle<queue<T>> = true;
} // namespace detail

/// A queue between processes: whatever the program's processes put into it, any of them gets. Pass it as an argument:
/// to a task, an initializer, a process; a copy of it is one more handle of the same queue, and so is what was made by
/// moving it. Items are values of T, of any size, as arguments are. What one thread puts is got in that order.
/// Asynchronous puts, and gets, of one process on one io_context or thread_pool, strands included, have their turns in
/// the order in which they were started. On another context, each executor has an order of its own.
///
/// A call that blocks on a thread that runs an io_context blocks that loop too: use the asynchronous forms there.
///
/// Any of the processes may be killed at any instruction: the others go on. At most the one item is lost that the
/// process was about to put, or had just got.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
/// @par Lifetime       The queue and its items live as long as a handle, in any process, or a call that has one among
///                     its arguments. Until a task has its outcome, the process that submitted it keeps its arguments.
/// @par Errors         boost::system::system_error with errc::queue_closed, as the functions say;
///                     errc::not_serializable when T's own functions throw, or T has descriptors in it;
///                     errc::protocol_error when a process has written over the queue's memory; errc::forked_copy in a
///                     process that was forked since. std::system_error when the system has no memory for the items, or
///                     RLIMIT_FSIZE is in the way (EFBIG); then nothing was added.
/// @par Trust          A process that has the queue can spoil it for the others, but not harm them otherwise: they
///                     check what they read. While a process is stopped (SIGSTOP) in the middle of put or get, blocking
///                     calls of others wait for it; calls with a limit keep it, and asynchronous ones block no loop.
template <class T>
class queue {
    static_assert(std::is_empty_v<detail::check_item<T>>);

public:
    using value_type = T;

    /// A new queue, for any number of items. Has four descriptors in each process that it is in, and one more while it
    /// is made, while it goes to a process, and for each context on which asynchronous calls wait.
    ///
    /// @par Throws  errc::too_many_descriptors; std::system_error when there is no memory, or no /proc, or RLIMIT_FSIZE
    ///              is in the way.
    queue() : queue(0) {}
    /// The same, for at most so many items; 0: for any number.
    explicit queue(std::size_t maxsize) : shared_(detail::shared_queue::make(maxsize)) {}
    // No moves: what was moved from would be no queue.
    queue(const queue&) noexcept = default;
    queue& operator=(const queue&) noexcept = default;

    /// Adds an item behind all others. Blocks while the queue is full.
    ///
    /// @par Throws  errc::queue_closed. Then nothing was added.
    void put(const T& item) const
    {
        auto record = encode(item);
        shared_->put(record, {});
    }
    /// The same, but blocks for at most `limit`: false when it has passed and nothing was added.
    template <class Rep, class Period>
    bool put(const T& item, std::chrono::duration<Rep, Period> limit) const
    {
        auto record = encode(item);
        return shared_->put(record, detail::deadline_in(limit));
    }
    /// The same without waiting for room: false when the queue is full, or when others keep it busy for longer than 10
    /// ms: with a large item, or because they were stopped in the middle of put or get.
    bool try_put(const T& item) const
    {
        auto record = encode(item);
        return shared_->put_now(record);
    }

    /// Takes the first item. Blocks while the queue is empty.
    ///
    /// @par Throws  errc::queue_closed when the queue is closed and empty; what decoding throws, and then the item is
    ///              gone.
    T get() const
    {
        detail::byte_buffer record;
        shared_->get(record, {});
        return decode(record);
    }
    /// The same, but blocks for at most `limit`: empty when it has passed and nothing was taken.
    template <class Rep, class Period>
    std::optional<T> get(std::chrono::duration<Rep, Period> limit) const
    {
        detail::byte_buffer record;
        if (!shared_->get(record, detail::deadline_in(limit)))
            return {};
        return decode(record);
    }
    /// The same without waiting for an item: empty when the queue is, or when others keep it busy, as for try_put().
    std::optional<T> try_get() const
    {
        detail::byte_buffer record;
        if (!shared_->get_now(record))
            return {};
        return decode(record);
    }

    /// put() without blocking the thread: `co_await`, or any token. The item is encoded before this function returns.
    ///
    /// @par Signature     void(std::exception_ptr)
    /// @par Cancellation  terminal, partial, total: operation_aborted, and nothing was added.
    /// @par Executor      the handler's own, else the system executor; the waiting is done by its context. Never called
    ///                    from inside this function.
    /// @par Throws        from here, and not through the token: what encoding throws.
    template <boost::asio::completion_token_for<void(std::exception_ptr)> Token = boost::asio::deferred_t>
    auto async_put(const T& item, Token&& token = Token()) const
    {
        auto record = std::make_shared<detail::byte_buffer>(encode(item));
        return boost::asio::async_initiate<Token, void(std::exception_ptr)>(
            detail::initiate_attempt{{[shared = shared_, record] { return shared->try_put(*record); },
                                      shared_->putters(), shared_->room_flag()}},
            token);
    }

    /// get() without blocking the thread: `co_await`, or any token.
    ///
    /// @par Signature     void(std::exception_ptr, T)
    /// @par Cancellation  terminal, partial, total: operation_aborted, and nothing was taken.
    /// @par Executor      as for async_put.
    /// @par With `||`     of Asio's awaitable operators, or another choice between operations: on one thread, or in a
    ///                    strand. Elsewhere two of them may be done at once, and the item of one of them is lost.
    template <boost::asio::completion_token_for<void(std::exception_ptr, T)> Token = boost::asio::deferred_t>
    auto async_get(Token&& token = Token()) const
    {
        static_assert(
            std::is_default_constructible_v<T>,
            "procpool: a completion token needs an item that can be default-constructed, to have something to "
            "pass beside an error; use get(), or a queue of std::optional");
        const auto fill = [shared = shared_](detail::byte_buffer& record) { return shared->try_get(record); };
        return boost::asio::async_initiate<Token, void(std::exception_ptr, T)>(
            detail::initiate_value<T>{&decode, fill, shared_->getters(), shared_->items_flag()}, token);
    }

    /// How many items there are now. Others may change it at any time.
    std::size_t size() const { return shared_->size(); }
    bool empty() const { return size() == 0; }
    bool full() const { return maxsize() != 0 && size() >= maxsize(); }
    /// For how many items there is room; 0: for any number.
    std::size_t maxsize() const noexcept { return shared_->maxsize(); }

    /// Nothing can be put any more, in any process: who tries, or waits for room, gets errc::queue_closed. What is
    /// there can be got; who gets then, or waits for an item, gets errc::queue_closed. Twice is the same as once.
    /// Blocks as put() does while another process is in the middle of put or get.
    void close() const { shared_->close(); }
    bool is_closed() const { return shared_->is_closed(); }

    /// Says that the work on an item that was got is done. Blocks as close() does.
    ///
    /// @par Throws  std::logic_error when all items that were put are done already.
    void task_done() const { shared_->task_done(); }
    /// Blocks until task_done() was called for each item that was put. For ever, if a process that had one was killed.
    void join() const { shared_->join({}); }
    /// The same, but for at most `limit`: false when it has passed.
    template <class Rep, class Period>
    bool join(std::chrono::duration<Rep, Period> limit) const
    {
        return shared_->join(detail::deadline_in(limit));
    }
    /// join() without blocking the thread: `co_await`, or any token.
    ///
    /// @par Signature     void(std::exception_ptr)
    /// @par Cancellation  terminal, partial, total: operation_aborted.
    /// @par Executor      as for async_put.
    template <boost::asio::completion_token_for<void(std::exception_ptr)> Token = boost::asio::deferred_t>
    auto async_join(Token&& token = Token()) const
    {
        return boost::asio::async_initiate<Token, void(std::exception_ptr)>(
            detail::initiate_attempt{
                {[shared = shared_] { return shared->try_join(); }, shared_->joiners(), shared_->idle_flag()}},
            token);
    }

    /// @cond for the library
    detail::watch_source watch() const
    {
        return [of = shared_]() -> detail::watched {
            return {of, of->items_flag(), [of] { return of->look_for_item(); }};
        };
    }
    explicit queue(reader& from) : shared_(detail::shared_queue::receive(from)) {}
    void save(writer& to) const { shared_->attach(to); }
    void load(reader& from) { shared_ = detail::shared_queue::receive(from); }
    /// @endcond

private:
    static detail::byte_buffer encode(const T& item)
    {
        detail::byte_buffer record;
        record.extend(detail::shared_queue::record_header);
        detail::encoder(record).put(item);
        return record;
    }
    static T decode(detail::byte_buffer& record)
    {
        return detail::decoder(std::span(record).subspan(detail::shared_queue::record_header)).template get<T>();
    }

    std::shared_ptr<detail::shared_queue> shared_;
};

/// @cond for the library
namespace detail {

/// Made from what was sent along, not made anew and then replaced.
template <class T>
struct parameter<queue<T>> {
    using storage = queue<T>;
    static storage decode(decoder& from)
    {
        try {
            return queue<T>(from.archive());
        } catch (...) {
            rethrow_decoding_failure(typeid(queue<T>));
        }
    }
    static queue<T>& get(storage& stored) noexcept { return stored; }
};

} // namespace detail
/// @endcond

} // namespace procpool
