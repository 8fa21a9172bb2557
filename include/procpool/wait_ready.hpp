// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/awaitable_support.hpp>
#include <procpool/detail/watched.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/system_executor.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <utility>
#include <vector>

namespace procpool {

/// An object that wait_ready() can wait for. It is made implicitly, and copied cheaply, from
///   - a queue<T>: ready when it has an item, or is closed;
///   - a pipe<T>: ready when bytes can be received, or the other end is closed, as pipe::poll() says;
///   - a process or a child: ready when it has ended;
///   - a descriptor of the caller's, such as a socket: ready when it is readable, or its other end is closed.
///
/// "Ready" means that get(), recv(), join() or read() would not block now, unless another thread or process is faster.
///
/// @par Throws    errc::connection_closed for a pipe that has no other end; std::logic_error for a process that was not
///                started, or was closed.
/// @par Lifetime  Is one more handle of the queue, of the end of the pipe, or of the process; it does not keep an end
///                open that is closed. A descriptor must stay open while it is waited for.
class waitable {
public:
    template <detail::can_be_watched T>
    waitable(const T& object) : watch_(object.watch()) // NOLINT: implicit, so that a list of objects can be passed
    {
    }
    waitable(int descriptor) // NOLINT: likewise
        : watch_([descriptor] { return detail::watched{.descriptor = descriptor}; })
    {
    }

    /// @cond for the library
    detail::watched watched() const { return watch_(); }
    /// @endcond

private:
    detail::watch_source watch_;
};

namespace detail {

/// Throws std::invalid_argument when there is none: no event would end the wait.
PROCPOOL_DECL std::vector<watched> watched_of(const std::vector<waitable>& objects);

using ready_handler = boost::asio::any_completion_handler<void(std::exception_ptr, std::vector<std::size_t>)>;

PROCPOOL_DECL void async_wait_for_some(const boost::asio::any_io_executor& executor, std::vector<watched> objects,
                                       ready_handler handler);

struct initiate_wait_ready {
    std::vector<watched> objects;

    using awaited_by_value = void;

    template <class Handler>
    void operator()(Handler&& handler) const
    {
        const boost::asio::any_io_executor executor =
            boost::asio::get_associated_executor(handler, boost::asio::system_executor());
        async_wait_for_some(executor, objects, ready_handler(std::forward<Handler>(handler)));
    }
};

} // namespace detail

/// Blocks until at least one of the objects is ready, and returns the places of all that are, ascending, from 0:
/// `wait_ready({commands, left, worker, socket})`. Takes nothing from them. For the outcomes of tasks there is wait().
///
/// @par Throws         std::invalid_argument when there are no objects; errc::connection_closed for a pipe that was
///                     closed at this end; errc::protocol_error and errc::forked_copy, as the objects' own functions;
///                     std::logic_error for a process that was closed; std::system_error for a descriptor that is not
///                     open.
/// @par Thread safety  Safe.
inline std::vector<std::size_t> wait_ready(const std::vector<waitable>& objects)
{
    return detail::wait_for_some(detail::watched_of(objects), {});
}
/// Blocks until at least one of the objects is ready, at most for `limit`; returns an empty vector when it has passed.
/// Zero looks without waiting.
template <class Rep, class Period>
std::vector<std::size_t> wait_ready(const std::vector<waitable>& objects, std::chrono::duration<Rep, Period> limit)
{
    return detail::wait_for_some(detail::watched_of(objects), detail::deadline_in(limit));
}

/// Waits, without blocking the thread, until at least one of the objects is ready; gives the places of all that are, as
/// wait_ready() does: `co_await`, or any token. Needs a further descriptor for each object while it waits.
///
/// Name the vector in a coroutine: g++ 12 does not compile a list in braces inside of a co_await expression ("array
/// used as initializer").
///
/// @par Signature      void(std::exception_ptr, std::vector<std::size_t>)
/// @par Cancellation   terminal, partial, total: operation_aborted. Nothing is ever taken, so nothing is lost.
/// @par Executor       the handler's own, else the system executor; also for the waiting. Never called from inside this
///                     function.
/// @par Errors         as exception_ptr: errc::protocol_error and errc::forked_copy, as the objects' own functions;
///                     boost::system::system_error or std::system_error when a descriptor is not open or cannot be
///                     watched (a regular file), or there are no descriptors left.
/// @par Throws         from here, and not through the token: std::invalid_argument, errc::connection_closed and
///                     std::logic_error, as wait_ready().
/// @par Thread safety  Safe.
/// @par Lifetime       The objects may be destroyed while the operation is outstanding; a descriptor may be closed when
///                     the operation was launched.
template <boost::asio::completion_token_for<void(std::exception_ptr, std::vector<std::size_t>)> Token =
              boost::asio::deferred_t>
auto async_wait_ready(const std::vector<waitable>& objects, Token&& token = Token())
{
    return boost::asio::async_initiate<Token, void(std::exception_ptr, std::vector<std::size_t>)>(
        detail::initiate_wait_ready{detail::watched_of(objects)}, token);
}

} // namespace procpool
