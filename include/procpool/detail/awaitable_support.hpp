// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/version.hpp>

// In Asio 1.26 (Boost 1.81) a coroutine cannot co_await an operation of signature void(std::exception_ptr, T) without a
// token: the library's handler for it tests a dereferenced struct for truth, which does not compile. This more
// specialized handler is chosen instead. It names only templates that are instantiated where coroutines are used, so it
// needs none of their headers.
#if BOOST_VERSION < 108200

#include <exception>
#include <optional>
#include <utility>

namespace boost::asio::detail {

template <typename Executor>
class awaitable_thread;
template <typename Signature, typename Executor>
class awaitable_async_op_handler;

template <typename T, typename Executor>
class awaitable_async_op_handler<void(std::exception_ptr, T), Executor> : public awaitable_thread<Executor> {
public:
    // Values, where Asio's own handlers keep pointers to the arguments of a call that has returned by the time that g++
    // 12 reads them: in `co_await a + co_await b` it resumes a only after b has completed.
    struct result_type {
        std::exception_ptr failure;
        std::optional<T> value;
    };

    awaitable_async_op_handler(awaitable_thread<Executor>* from, result_type& result)
        : awaitable_thread<Executor>(std::move(*from)),
          result_(result)
    {
    }

    void operator()(std::exception_ptr failure, T value)
    {
        result_.failure = std::move(failure);
        result_.value.emplace(std::move(value));
        this->entry_point()->top_of_stack_->attach_thread(this);
        this->entry_point()->top_of_stack_->clear_cancellation_slot();
        this->pump();
    }

    static T resume(result_type& result)
    {
        if (result.failure)
            std::rethrow_exception(std::exchange(result.failure, nullptr));
        return std::move(*result.value);
    }

private:
    result_type& result_;
};

} // namespace boost::asio::detail

#endif
