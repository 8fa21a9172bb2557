// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/crash_report.hpp>
#include <procpool/detail/awaitable_support.hpp>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <utility>

namespace procpool {

namespace detail {

struct initiate_symbolized {
    using awaited_by_value = void;

    template <class Handler>
    void operator()(Handler handler, crash_report report) const
    {
        namespace asio = boost::asio;
        auto work = asio::make_work_guard(asio::get_associated_executor(handler, asio::system_executor()));
        asio::post(asio::system_executor(),
                   [report = std::move(report), handler = std::move(handler), work = std::move(work)]() mutable {
                       std::exception_ptr failure;
                       try {
                           report = report.symbolized();
                       } catch (...) {
                           failure = std::current_exception();
                       }
                       const auto executor = work.get_executor();
                       asio::dispatch(executor, [report = std::move(report), handler = std::move(handler),
                                                 failure = std::move(failure)]() mutable {
                           std::move(handler)(std::move(failure), std::move(report));
                       });
                   });
    }
};

template <class Token = boost::asio::use_awaitable_t<>>
auto async_symbolized(const crash_report& report, Token&& token = {})
{
    return boost::asio::async_initiate<Token, void(std::exception_ptr, crash_report)>(initiate_symbolized(), token,
                                                                                      report);
}

} // namespace detail

template <class... Token>
auto crash_report::async_symbolized(Token&&... token) const
{
    static_assert(sizeof...(Token) <= 1, "procpool: async_symbolized takes one completion token");
    return detail::async_symbolized(*this, std::forward<Token>(token)...);
}

} // namespace procpool
