// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <boost/system/system_error.hpp>

#include <concepts>
#include <exception>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

// `co_await operation` in a boost::asio::awaitable. Asio's own awaiter keeps pointers to the arguments of its completion
// handler. In `co_await a + co_await b`, g++ resumes a's awaiter only after b has completed, when the call to a's handler
// has returned: the pointers dangle. (And in Boost 1.81 that awaiter does not compile for void(std::exception_ptr, T).)
// The awaiter below keeps the values. It is chosen for operations of this library only, by their types, so that
// operations of others are awaited alike in all files of a program. It names only templates that are instantiated where
// coroutines are used, so it needs none of their headers.

namespace boost::asio {

template <typename Signature, typename Initiation, typename... Arguments>
class deferred_async_operation;

namespace detail {
template <typename Executor>
class awaitable_frame_base;
template <typename Signature, typename Operation, typename Executor>
class awaitable_async_op;
} // namespace detail

} // namespace boost::asio

namespace procpool {

template <class R>
class future;

namespace detail {

/// An initiation of this library says `using awaited_by_value = void;`.
template <class Initiation>
inline constexpr bool is_own_initiation = requires { typename Initiation::awaited_by_value; };
/// A token that adapts another, such as as_tuple(deferred), wraps the initiation.
template <template <class> class Wrapper, class Initiation>
    requires is_own_initiation<Initiation>
inline constexpr bool is_own_initiation<Wrapper<Initiation>> = true;

template <class Operation>
inline constexpr bool is_awaited_by_value = false;
template <class R>
inline constexpr bool is_awaited_by_value<future<R>> = true;
template <class Signature, class Initiation, class... Arguments>
inline constexpr bool is_awaited_by_value<boost::asio::deferred_async_operation<Signature, Initiation, Arguments...>> =
    is_own_initiation<Initiation>;

/// The arguments of a completion handler, from its call until co_await returns or throws them.
template <class... Values>
class awaited_values {
public:
    void keep(Values... values) { values_.emplace(std::move(values)...); }
    auto take()
    {
        return std::apply([](auto&... values) { return result(values...); }, *values_);
    }

private:
    static void result() {}
    template <class First, class... Rest>
    static auto result(First& first, Rest&... rest)
    {
        if constexpr (std::same_as<First, std::exception_ptr>) {
            if (first)
                std::rethrow_exception(std::exchange(first, nullptr));
            return result(rest...);
        } else if constexpr (std::same_as<First, boost::system::error_code>) {
            if (first)
                throw boost::system::system_error(first);
            return result(rest...);
        } else if constexpr (sizeof...(Rest) == 0) {
            return First(std::move(first));
        } else {
            return std::tuple<First, Rest...>(std::move(first), std::move(rest)...);
        }
    }

    std::optional<std::tuple<Values...>> values_;
};

template <class Signature>
struct awaited;
template <class R, class... Arguments>
struct awaited<R(Arguments...)> {
    using values = awaited_values<std::decay_t<Arguments>...>;

    /// Keeps what it is called with, and resumes the coroutine by a handler without arguments.
    template <class Resume>
    struct handler : Resume {
        handler(Resume&& resume, values& kept) : Resume(std::move(resume)), kept_(&kept) {}
        void operator()(Arguments... arguments)
        {
            kept_->keep(std::move(arguments)...);
            Resume::operator()();
        }

    private:
        values* kept_;
    };

    /// Initiates an operation with such a handler.
    template <class Operation>
    struct launch {
        Operation& operation;
        values& kept;

        template <class Resume>
        void operator()(Resume&& resume)
        {
            std::move(operation)(handler<std::decay_t<Resume>>(std::forward<Resume>(resume), kept));
        }
    };
};

} // namespace detail
} // namespace procpool

/// Asio awaits an operation without results, `launch`; the results come from where it has put them.
template <typename Signature, typename Operation, typename Executor>
    requires procpool::detail::is_awaited_by_value<Operation>
class boost::asio::detail::awaitable_async_op<Signature, Operation, Executor> {
public:
    // Newer versions pass the caller's location too, when handlers are tracked.
    template <typename... Location>
    awaitable_async_op(Operation&& operation, awaitable_frame_base<Executor>* frame, const Location&... location)
        : launch_{operation, kept_},
          awaiter_(std::move(launch_), frame, location...)
    {
    }
    /// Refused, because an outcome can be taken only once.
    template <typename... Location>
    awaitable_async_op(Operation& operation, awaitable_frame_base<Executor>* frame, const Location&... location)
        : awaitable_async_op(std::move(operation), frame, location...)
    {
        static_assert(std::is_void_v<Operation>, // never: only a call of this function is an error
                      "procpool: a future gives its outcome only once: say so with co_await std::move(future)");
    }
    awaitable_async_op(const awaitable_async_op&) = delete;

    bool await_ready() const noexcept { return false; }
    template <typename Coroutine>
    void await_suspend(Coroutine suspended)
    {
        awaiter_.await_suspend(suspended);
    }
    auto await_resume() { return kept_.take(); }

private:
    using awaited = procpool::detail::awaited<Signature>;
    using launch = typename awaited::template launch<Operation>;

    typename awaited::values kept_;
    launch launch_;
    awaitable_async_op<void(), launch, Executor> awaiter_;
};
