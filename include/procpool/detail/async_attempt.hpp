// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/awaitable_support.hpp>
#include <procpool/detail/built_with.hpp>
#include <procpool/detail/byte_buffer.hpp>
#include <procpool/detail/shared_queue.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associator.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/system_executor.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace procpool::detail {

/// Something that is tried until it is done: putting, getting, sending, receiving.
struct awaited_attempt {
    std::function<attempt()> once; ///< Waits for nothing. May throw, and is over then.
    waiting_line* line = nullptr;  ///< Of those who try the same. Lives as long as `once`.
    int descriptor = -1;           ///< To be tried again when this one is
    bool is_for_reading = true;    ///< readable, else writable.
};

using attempt_handler = boost::asio::any_completion_handler<void(std::exception_ptr)>;

/// Tries on the context of that executor, after this function has returned and when all in the line that have the same
/// context and came before are over, and sleeps in between. Completes on the executor: with null when it is done; with
/// what the attempt throws; with operation_aborted when it is cancelled before it is done.
PROCPOOL_DECL void async_attempt(const boost::asio::any_io_executor& executor, awaited_attempt what,
                                 attempt_handler handler);

/// The typed shell around the erased operation: makes the value when it is done, on the handler's executor.
template <class Handler, class Value>
struct value_handler {
    Handler handler;
    std::shared_ptr<byte_buffer> record;
    Value (*decode)(byte_buffer&);

    void operator()(std::exception_ptr failure)
    {
        std::optional<Value> value;
        try {
            if (!failure)
                value.emplace(decode(*record));
        } catch (...) {
            failure = std::current_exception();
        }
        record.reset();
        std::move(handler)(std::move(failure), value ? std::move(*value) : Value());
    }
};

/// Starts an attempt for a handler, whose executor it runs on.
struct initiate_attempt {
    awaited_attempt what; // not an argument: GCC 12 takes an empty object for an uninitialized one

    using awaited_by_value = void;

    template <class Handler>
    void operator()(Handler&& handler) const
    {
        const boost::asio::any_io_executor executor =
            boost::asio::get_associated_executor(handler, boost::asio::system_executor());
        async_attempt(executor, what, attempt_handler(std::forward<Handler>(handler)));
    }
};

/// The same for an attempt that fills a record, which becomes the handler's value.
template <class Value>
struct initiate_value {
    Value (*decode)(byte_buffer&);
    std::function<attempt(byte_buffer&)> fill;
    waiting_line* line;
    int descriptor;

    using awaited_by_value = void;

    template <class Handler>
    void operator()(Handler&& handler) const
    {
        using typed = value_handler<std::decay_t<Handler>, Value>;
        auto record = std::make_shared<byte_buffer>();
        awaited_attempt what{[fill = fill, record] { return fill(*record); }, line, descriptor};
        initiate_attempt{std::move(what)}(typed{std::forward<Handler>(handler), std::move(record), decode});
    }
};

} // namespace procpool::detail

/// What is associated with the handler inside is associated with the shell.
template <template <class, class> class Associator, class Handler, class Value, class Default>
struct boost::asio::associator<Associator, procpool::detail::value_handler<Handler, Value>, Default>
    : Associator<Handler, Default> {
    static auto get(const procpool::detail::value_handler<Handler, Value>& shell) noexcept
    {
        return Associator<Handler, Default>::get(shell.handler);
    }
    static auto get(const procpool::detail::value_handler<Handler, Value>& shell, const Default& otherwise) noexcept
    {
        return Associator<Handler, Default>::get(shell.handler, otherwise);
    }
};
