// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/token.hpp>

#include <concepts>
#include <exception>
#include <utility>

namespace procpool {

/// A completion token of two functions, of which one is called: `on_result` with the result, or with nothing where
/// there is none; `on_error` with what was thrown, as a std::exception_ptr. For every operation whose signature begins
/// with a std::exception_ptr: `pool.async_submit(fn, args..., procpool::callbacks(print, complain))`,
/// `std::move(future)(procpool::callbacks(print, complain))`.
///
/// @par Executor  that of the operation; `boost::asio::bind_executor(executor, callbacks(...))` chooses another one.
/// @par Throws    What the functions throw leaves through the context's run(), as from any handler, and ends the
///                program on the thread of a pool without a loop of its host.
template <class OnResult, class OnError>
class callbacks {
public:
    callbacks(OnResult on_result, OnError on_error) : on_result_(std::move(on_result)), on_error_(std::move(on_error))
    {
    }

    template <class... Results>
        requires std::invocable<OnResult&, Results...>
    void operator()(std::exception_ptr failure, Results&&... results)
    {
        if (failure)
            on_error_(std::move(failure));
        else
            on_result_(std::forward<Results>(results)...);
    }

private:
    OnResult on_result_;
    OnError on_error_;
};

/// Always a token, whatever the function of the task could take.
template <class OnResult, class OnError>
inline constexpr bool detail::is_asio_token<callbacks<OnResult, OnError>> = true;

} // namespace procpool
