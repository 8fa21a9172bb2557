// SPDX-License-Identifier: BSL-1.0
// Every way to run a task and to get its outcome, once each. A promise about outcomes is tested over this list.
#pragma once

#include <procpool/pool.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <functional>
#include <optional>
#include <tuple>

namespace procpool::test {

struct nothing {};
template <class R>
using value_t = std::conditional_t<std::is_void_v<R>, nothing, R>;

/// What became of a task, however it was awaited.
template <class R>
struct ended {
    int times = 0;
    std::exception_ptr failure;
    std::optional<value_t<R>> value;
    std::function<void()> after_the_loop = [] {}; ///< Takes the outcome where the loop's thread may not block.

    /// The handler of the operation. Results of a failed operation mean nothing.
    template <class... Values>
    void operator()(std::exception_ptr thrown, Values&&... values)
    {
        ++times;
        failure = std::move(thrown);
        if (!failure)
            value.emplace(std::forward<Values>(values)...);
    }

    /// The outcome of a call that returns the result or throws.
    template <class Call>
    void of(Call&& call)
    {
        try {
            if constexpr (std::is_void_v<R>)
                call(), (*this)(nullptr);
            else
                (*this)(nullptr, call());
        } catch (...) {
            (*this)(std::current_exception());
        }
    }

    auto handler()
    {
        return [this](auto... arguments) { (*this)(std::move(arguments)...); };
    }
};

/// Runs a coroutine that returns the task's result, and keeps what it gives.
template <class R>
void await(pool& p, boost::asio::awaitable<R> body, ended<R>& end)
{
    boost::asio::co_spawn(p.get_executor(), std::move(body), end.handler());
}

struct by_future {
    template <class R>
    static void start(pool& p, task<R> made, ended<R>& end)
    {
        auto result = std::make_shared<future<R>>(p.async_submit(std::move(made)));
        end.after_the_loop = [&end, result] { end.of([&] { return result->get(); }); };
    }
};

struct by_callback {
    template <class R>
    static void start(pool& p, task<R> made, ended<R>& end)
    {
        p.async_submit(std::move(made), end.handler());
    }
};

struct by_callback_on_a_strand {
    template <class R>
    static void start(pool& p, task<R> made, ended<R>& end)
    {
        p.async_submit(std::move(made), bind_executor(boost::asio::make_strand(p.get_executor()), end.handler()));
    }
};

struct by_use_future {
    template <class R>
    static void start(pool& p, task<R> made, ended<R>& end)
    {
        auto result = std::make_shared<std::future<R>>(p.async_submit(std::move(made), boost::asio::use_future));
        end.after_the_loop = [&end, result] { end.of([&] { return result->get(); }); };
    }
};

struct by_use_awaitable {
    template <class R>
    static boost::asio::awaitable<R> body(pool& p, task<R> made)
    {
        co_return co_await p.async_submit(std::move(made), boost::asio::use_awaitable);
    }
    template <class R>
    static void start(pool& p, task<R> made, ended<R>& end)
    {
        await(p, body(p, std::move(made)), end);
    }
};

struct by_awaiting_without_a_token {
    template <class R>
    static boost::asio::awaitable<R> body(pool& p, task<R> made)
    {
        co_return co_await p.async_submit(std::move(made));
    }
    template <class R>
    static void start(pool& p, task<R> made, ended<R>& end)
    {
        await(p, body(p, std::move(made)), end);
    }
};

struct by_awaiting_a_future {
    template <class R>
    static boost::asio::awaitable<R> body(future<R> result)
    {
        co_return co_await std::move(result);
    }
    template <class R>
    static void start(pool& p, task<R> made, ended<R>& end)
    {
        await(p, body(p.async_submit(std::move(made))), end);
    }
};

struct by_as_tuple {
    template <class R>
    static boost::asio::awaitable<void> body(pool& p, task<R> made, ended<R>& end)
    {
        auto all = co_await p.async_submit(std::move(made), boost::asio::as_tuple(boost::asio::use_awaitable));
        std::apply(end, std::move(all));
    }
    template <class R>
    static void start(pool& p, task<R> made, ended<R>& end)
    {
        boost::asio::co_spawn(p.get_executor(), body(p, std::move(made), end), boost::asio::detached);
    }
};

struct by_deferred {
    template <class R>
    static void start(pool& p, task<R> made, ended<R>& end)
    {
        auto operation = p.async_submit(std::move(made), boost::asio::deferred);
        std::move(operation)(end.handler());
    }
};

struct by_yield_context {
    template <class R>
    static void start(pool& p, task<R> made, ended<R>& end)
    {
        boost::asio::spawn(
            p.get_executor(),
            [&p, &end, made](boost::asio::yield_context yield) { end.of([&] { return p.async_submit(made, yield); }); },
            boost::asio::detached);
    }
};

struct by_parallel_group {
    template <class R>
    static void start(pool& p, task<R> made, ended<R>& end)
    {
        boost::asio::experimental::make_parallel_group(p.async_submit(std::move(made), boost::asio::deferred))
            .async_wait(boost::asio::experimental::wait_for_all(),
                        [&end](auto, auto... arguments) { end(std::move(arguments)...); });
    }
};

inline void do_nothing() {}

struct by_and {
    template <class R>
    static boost::asio::awaitable<R> body(pool& p, task<R> made)
    {
        using namespace boost::asio::experimental::awaitable_operators;
        try {
            co_return co_await (p.async_submit(std::move(made), boost::asio::use_awaitable) &&
                                p.async_submit(do_nothing, boost::asio::use_awaitable));
        } catch (const boost::asio::multiple_exceptions& both) { // the second one was cancelled for the first
            std::rethrow_exception(both.first_exception());
        }
    }
    template <class R>
    static void start(pool& p, task<R> made, ended<R>& end)
    {
        await(p, body(p, std::move(made)), end);
    }
};

struct by_or {
    template <class R>
    static boost::asio::awaitable<R> body(pool& p, task<R> made)
    {
        using namespace boost::asio::experimental::awaitable_operators;
        boost::asio::steady_timer never(p.get_executor(), std::chrono::hours(1));
        auto first = co_await (p.async_submit(std::move(made), boost::asio::as_tuple(boost::asio::use_awaitable)) ||
                               never.async_wait(boost::asio::use_awaitable)); // waits for a success, hence as_tuple
        auto outcome = std::get<0>(std::move(first));
        if (std::get<0>(outcome))
            std::rethrow_exception(std::get<0>(outcome));
        if constexpr (!std::is_void_v<R>)
            co_return std::get<1>(std::move(outcome));
    }
    template <class R>
    static void start(pool& p, task<R> made, ended<R>& end)
    {
        await(p, body(p, std::move(made)), end);
    }
};

using ways = std::tuple<by_future, by_callback, by_callback_on_a_strand, by_use_future, by_use_awaitable,
                        by_awaiting_without_a_token, by_awaiting_a_future, by_as_tuple, by_deferred, by_yield_context,
                        by_parallel_group, by_and, by_or>;

} // namespace procpool::test
