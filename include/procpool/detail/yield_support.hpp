// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <boost/version.hpp>

// In Asio 1.26 (Boost 1.81) a yield_context cannot be the token of an operation that passes a std::exception_ptr: for
// void(std::exception_ptr, T) the library's handler does not compile, for void(std::exception_ptr) it throws the null
// pointer that means success. These more specialized handlers are chosen instead. They name only templates that are
// instantiated where such coroutines are used, so they need none of their headers.
#if BOOST_VERSION < 108200

#include <exception>
#include <utility>

namespace boost::asio {

template <typename Executor>
class basic_yield_context;

namespace detail {

template <typename Executor>
class spawn_handler_base;
template <typename Executor, typename Signature>
class spawn_handler;

template <typename Executor>
class spawn_handler<Executor, void(std::exception_ptr)> : public spawn_handler_base<Executor> {
public:
    using return_type = void;
    using result_type = std::exception_ptr;

    spawn_handler(const basic_yield_context<Executor>& yield, result_type& result)
        : spawn_handler_base<Executor>(yield),
          result_(result)
    {
    }

    void operator()(std::exception_ptr failure)
    {
        result_ = std::move(failure);
        this->resume();
    }

    static void on_resume(result_type& result)
    {
        if (result)
            std::rethrow_exception(std::exchange(result, nullptr));
    }

private:
    result_type& result_;
};

template <typename Executor, typename T>
class spawn_handler<Executor, void(std::exception_ptr, T)> : public spawn_handler_base<Executor> {
public:
    using return_type = T;
    struct result_type {
        std::exception_ptr failure;
        T* value;
    };

    spawn_handler(const basic_yield_context<Executor>& yield, result_type& result)
        : spawn_handler_base<Executor>(yield),
          result_(result)
    {
    }

    void operator()(std::exception_ptr failure, T value)
    {
        result_ = {std::move(failure), &value};
        this->resume();
    }

    static T on_resume(result_type& result)
    {
        if (result.failure)
            std::rethrow_exception(std::exchange(result.failure, nullptr));
        return std::move(*result.value);
    }

private:
    result_type& result_;
};

} // namespace detail
} // namespace boost::asio

#endif
