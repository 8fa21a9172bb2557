// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/awaitable_support.hpp>
#include <procpool/detail/built_with.hpp>
#include <procpool/detail/encode_call.hpp>
#include <procpool/process_options.hpp>
#include <procpool/task.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/system/error_code.hpp>

#include <memory>
#include <utility>

namespace procpool::detail {

/// What a process object and all children of it share. From any thread.
class process_state;
using process_ptr = std::shared_ptr<process_state>;

PROCPOOL_DECL process_ptr make_process(process_options options, call made);

template <class F>
inline constexpr bool is_named_task = false;
template <class Signature>
inline constexpr bool is_named_task<named_task<Signature>> = true;

template <class R, class... Ps>
constexpr call_signature<void, Ps...> without_result(call_signature<R, Ps...>)
{
    return {};
}

/// The call of a process. Its result is nobody's, so it may be of any type; a named task's is part of its name.
template <class F, class... Args>
call encode_target(F&& fn, Args&&... arguments)
{
    using callable = std::decay_t<F>;
    if constexpr (is_named_task<callable>) {
        return encode_call(std::forward<F>(fn), std::forward<Args>(arguments)...);
    } else {
        check_call<callable, Args...>();
        if constexpr (good_call<callable, Args...>)
            return encode_call_as<callable>(without_result(signature_for_t<F, Args...>{}), fn,
                                            std::forward<Args>(arguments)...);
        else
            return {};
    }
}
template <class R>
call encode_target(const task<R>& made)
{
    return made.encoded();
}
template <class R>
call encode_target(task<R>&& made)
{
    return std::move(made).encoded();
}

using exit_handler = boost::asio::any_completion_handler<void(boost::system::error_code)>;

/// Calls the handler when the process has ended. Watches it on that executor.
PROCPOOL_DECL void start_join(process_ptr state, const boost::asio::any_io_executor& executor, exit_handler handler);

/// With the state, not the object, inside: a deferred operation may outlive that.
struct initiate_process_join {
    process_ptr state;
    boost::asio::any_io_executor executor; ///< Empty: that of the handler.

    using awaited_by_value = void;

    template <class Handler>
    void operator()(Handler&& handler) const
    {
        namespace asio = boost::asio;
        // Newer Asio's own default for a handler without an executor, inline_executor, has no context to watch on.
        const asio::any_io_executor on =
            executor ? executor
                     : asio::any_io_executor(asio::get_associated_executor(handler, asio::system_executor()));
        start_join(state, on, std::forward<Handler>(handler));
    }
};

} // namespace procpool::detail
