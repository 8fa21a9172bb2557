// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/async_attempt.hpp>
#include <procpool/detail/decoder.hpp>
#include <procpool/detail/encoder.hpp>
#include <procpool/detail/shared_pipe.hpp>
#include <procpool/detail/throw_error.hpp>
#include <procpool/detail/token.hpp>
#include <procpool/detail/watched.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

namespace procpool {

template <class T>
class pipe;

namespace detail {
template <class T>
inline constexpr bool is_shared_handle<pipe<T>> = true;
} // namespace detail

/// One end of a connection between two processes, both ways: what is sent at one end is received at the other, in the
/// same order, as a value of T; see set_max_item_bytes(). make_pipe() makes both ends; pass one of them to a task, an
/// initializer or process. A copy is one more handle of the same end. Asynchronous sends, and receives, of one process
/// on one io_context or thread_pool, strands included, have their turns in the order in which they were started.
///
/// A call that blocks on a thread that runs an io_context blocks that loop too: use the asynchronous forms there.
///
/// An end is open as long as some process has it open: close() and the last handle's destructor close it in this
/// process alone. Until a task has its outcome, the process that submitted it has its arguments too. When an end is
/// closed everywhere, the other one receives what was sent before, and then errc::connection_closed.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe, except close() and assignment. Two processes must
///                     not send at the same end, or receive at the same end, at a time: their items would be mixed up.
/// @par Errors         boost::system::system_error with errc::connection_closed: this end was closed, or is none, or
///                     the other one was, maybe by the death of its process in the middle of an item;
///                     errc::not_serializable when T's own functions throw, T has descriptors, or an item is too large.
template <class T>
class pipe {
    static_assert(std::is_empty_v<detail::check_item<T>>);

public:
    using value_type = T;

    /// No end of anything: as one that was closed.
    pipe() noexcept = default;

    /// Sends an item. Blocks while the other end does not receive and about 200 KiB are on the way.
    void send(const T& item) const
    {
        auto record = encode(item);
        open().send(record);
    }
    /// Receives the next item. Blocks until it has come.
    T recv() const
    {
        detail::byte_buffer record;
        open().receive(record);
        return decode(record);
    }
    /// Sets the size, in encoded bytes, of the largest item that is received at this end, in this process. Before a
    /// larger one, receiving fails with errc::not_serializable until the limit is raised; poll() may say false then. It
    /// bounds what the other process can make this one store. Default: 1 GiB.
    ///
    /// @par Throws  errc::connection_closed when this is no end of a pipe.
    void set_max_item_bytes(std::uint64_t bytes) const { open().set_max_item_bytes(bytes); }
    /// Whether there are bytes to be received, or the other end is closed. Of an item whose sender is in the middle of
    /// it, recv() still waits for the rest.
    bool poll() const { return open().poll(std::chrono::steady_clock::now()); }
    /// The same, when it has not: within that time.
    template <class Rep, class Period>
    bool poll(std::chrono::duration<Rep, Period> limit) const
    {
        return open().poll(detail::deadline_in(limit));
    }

    /// send() without blocking the thread: `co_await`, or any token. The item is encoded before this function returns.
    ///
    /// @par Signature     void(std::exception_ptr)
    /// @par Cancellation  terminal, partial, total: operation_aborted. If a part of the item is on its way, the rest
    ///                    goes before the next item that is sent.
    /// @par Executor      the handler's own, else the system executor; the waiting is done by its context. Never called
    ///                    from inside this function.
    /// @par Throws        from here, and not through the token: errc::connection_closed when this end was closed, or is
    ///                    none; what encoding throws.
    template <boost::asio::completion_token_for<void(std::exception_ptr)> Token = boost::asio::deferred_t>
    auto async_send(const T& item, Token&& token = Token()) const
    {
        auto socket = open().socket();
        return boost::asio::async_initiate<Token, void(std::exception_ptr)>(initiate_send{}, token, shared_,
                                                                            encode(item), std::move(socket));
    }
    /// recv() without blocking the thread: `co_await`, or any token.
    ///
    /// @par Signature     void(std::exception_ptr, T)
    /// @par Cancellation  terminal, partial, total: operation_aborted. Nothing is lost: what has come of an item is
    ///                    there for the next one that receives.
    /// @par Executor      as for async_send.
    /// @par Throws        from here, as async_send: errc::connection_closed when this end was closed, or is none.
    /// @par With `||`     of Asio's awaitable operators, or another choice between operations: on one thread, or in a
    ///                    strand. Elsewhere two of them may be done at once, and the item of one of them is lost.
    template <boost::asio::completion_token_for<void(std::exception_ptr, T)> Token = boost::asio::deferred_t>
    auto async_recv(Token&& token = Token()) const
    {
        static_assert(
            std::is_default_constructible_v<T>,
            "procpool: a completion token needs an item that can be default-constructed, to have something to "
            "pass beside an error; use recv(), or a pipe of std::optional");
        auto socket = open().socket();
        const int descriptor = socket->get();
        const auto fill = [shared = shared_, held = std::move(socket)](detail::byte_buffer& record) {
            return shared->try_receive(held->get(), record);
        };
        return boost::asio::async_initiate<Token, void(std::exception_ptr, T)>(
            detail::initiate_value<T>{&decode, fill, shared_->receivers(), descriptor}, token);
    }

    /// Closes this end in this process, for all its handles. Who is sending or receiving goes on, and keeps it open
    /// until that is done or cancelled: only then does the other end see that it is closed.
    void close() const noexcept
    {
        if (shared_)
            shared_->close();
    }
    /// A descriptor of this end that is readable when poll() says true; to be waited for, not to be read or closed.
    int native_handle() const { return open().socket()->get(); }

    /// @cond for the library
    detail::watch_source watch() const
    {
        open();
        return [end = shared_]() -> detail::watched {
            const auto socket = end->socket();
            return {.owner = socket, .descriptor = socket->get()};
        };
    }
    explicit pipe(std::shared_ptr<detail::shared_pipe> end) noexcept : shared_(std::move(end)) {}
    void save(writer& to) const { open().attach(to); }
    void load(reader& from) { shared_ = detail::shared_pipe::receive(from); }
    /// @endcond

private:
    // The record and its ticket belong to one launch: a deferred operation may be launched twice.
    struct initiate_send {
        using awaited_by_value = void;

        template <class Handler>
        void operator()(Handler&& handler, std::shared_ptr<detail::shared_pipe> shared, detail::byte_buffer encoded,
                        std::shared_ptr<const detail::descriptor> socket) const
        {
            const int descriptor = socket->get();
            const auto record = std::make_shared<detail::byte_buffer>(std::move(encoded));
            detail::waiting_line* const line = shared->senders();
            const auto once = [shared = std::move(shared), record, held = std::move(socket),
                               ticket = std::uint64_t{0}]() mutable {
                return shared->try_send(held->get(), *record, ticket);
            };
            detail::initiate_attempt{{once, line, descriptor, false}}(std::forward<Handler>(handler));
        }
    };

    detail::shared_pipe& open() const
    {
        if (!shared_)
            detail::throw_error(errc::connection_closed, "This pipe has no other end; make both with make_pipe().");
        return *shared_;
    }
    static detail::byte_buffer encode(const T& item)
    {
        detail::byte_buffer record;
        record.extend(detail::shared_pipe::record_header);
        detail::encoder(record).put(item);
        return record;
    }
    static T decode(detail::byte_buffer& record)
    {
        return detail::decoder(std::span(record).subspan(detail::shared_pipe::record_header)).template get<T>();
    }

    std::shared_ptr<detail::shared_pipe> shared_;
};

/// Both ends of a new connection. Each has one descriptor in each process that it is in, and one more for each
/// context on which asynchronous calls wait.
///
/// @par Throws  std::system_error when there are no descriptors left.
template <class T>
std::pair<pipe<T>, pipe<T>> make_pipe()
{
    auto [one, other] = detail::shared_pipe::make();
    return {pipe<T>(std::move(one)), pipe<T>(std::move(other))};
}

} // namespace procpool
