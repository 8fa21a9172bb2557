// SPDX-License-Identifier: BSL-1.0
#include "dispatch.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstring>
#include <string>
#include <utility>

namespace procgrep {
namespace {

namespace asio = boost::asio;

/// "SIGSEGV", or how else the worker ended.
std::string name_end(const procpool::exit_status& status)
{
    const char* signal = status.signal ? sigabbrev_np(*status.signal) : nullptr;
    return signal ? std::string("SIG") + signal : status.str();
}

finding lost(const std::string& message)
{
    return {.output = {}, .message = message, .matches = 0, .failed = true};
}

} // namespace

dispatch::dispatch(procpool::pool& pool, const options& chosen, std::span<const file> files, report& out)
    : pool_{pool},
      chosen_{chosen},
      report_{out},
      groups_{group(files)}
{
}

asio::awaitable<void> dispatch::run()
{
    // Two lanes for each worker: while it searches one group, the next one is on its way.
    const auto executor = co_await asio::this_coro::executor;
    std::vector<decltype(asio::co_spawn(executor, lane(), asio::deferred))> lanes;
    for (std::size_t i = 0; i < 2 * chosen_.workers; ++i)
        lanes.push_back(asio::co_spawn(executor, lane(), asio::deferred));
    auto group = asio::experimental::make_parallel_group(std::move(lanes));
    const auto [order, errors] =
        co_await group.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
    for (const auto& error : errors)
        if (error)
            std::rethrow_exception(error);
}

asio::awaitable<void> dispatch::lane()
{
    while (next_ < groups_.size()) {
        const auto files = groups_[next_++];
        co_await search(files);
    }
}

asio::awaitable<void> dispatch::search(std::span<const file> files)
{
    std::vector<std::string> paths;
    for (const auto& file : files)
        paths.push_back(file.path);
    const procpool::submit_options limits{.timeout = chosen_.timeout};
    auto [error, found] = co_await pool_.async_submit(limits, search_files, chosen_.what, std::move(paths),
                                                      asio::as_tuple(asio::use_awaitable));
    if (error && files.size() > 1) {
        co_await search_each(files);
    } else if (error) {
        report_.add(files.front(), blame(error));
    } else {
        for (std::size_t i = 0; i < files.size(); ++i)
            report_.add(files[i], std::move(found.at(i)));
    }
}

asio::awaitable<void> dispatch::search_each(std::span<const file> files)
{
    for (std::size_t i = 0; i < files.size(); ++i)
        co_await search(files.subspan(i, 1));
}

finding dispatch::blame(std::exception_ptr error)
{
    try {
        std::rethrow_exception(error);
    } catch (const procpool::worker_crashed& crash) {
        ++crashed_;
        const auto report = chosen_.crash_reports ? '\n' + crash.report().symbolized().str() : std::string();
        return lost("worker crashed: " + name_end(crash.status()) + report);
    } catch (const boost::system::system_error& failure) {
        if (failure.code() != procpool::errc::timed_out)
            throw;
        ++timed_out_;
        return lost("timed out");
    }
}

} // namespace procgrep
