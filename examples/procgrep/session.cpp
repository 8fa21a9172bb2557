// SPDX-License-Identifier: BSL-1.0
#include "session.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <unistd.h>

namespace procgrep {
namespace {

using namespace std::chrono_literals;

double milliseconds(std::chrono::duration<double, std::milli> time)
{
    return time.count();
}

/// Workers that can read what is searched and nothing else, and change nothing, as far as this system can see to it: a
/// pattern that takes std::regex over gains little.
procpool::worker_options confined_to(const std::vector<std::string>& paths)
{
    procpool::sandbox_options sandbox;
    sandbox.syscalls = procpool::syscall_profile::readonly;
    sandbox.optional = {procpool::sandbox_feature::files, procpool::sandbox_feature::syscalls};
    auto& readable = sandbox.readable.emplace();
    for (const auto& path : paths)
        if (std::error_code ignored; std::filesystem::exists(path, ignored))
            readable.emplace_back(path);
    return {.sandbox = sandbox};
}

} // namespace

session::session(boost::asio::io_context& loop, const options& chosen, const file_list& list)
    : report_{list.files},
      pool_{loop, {.workers = chosen.workers, .worker = confined_to(chosen.paths)}},
      dispatch_{pool_, chosen, list.files, report_},
      watch_{loop.get_executor()}
{
    for (const auto& error : list.errors)
        report_.complain(error);
    if (isatty(STDERR_FILENO))
        progress_.emplace(loop.get_executor(), 100ms, [this](auto) { report_.show_progress(); });
}

boost::asio::awaitable<void> session::run()
{
    co_await dispatch_.run();
    elapsed_ = clock::now() - started_;
    watch_.stop();
    if (progress_)
        progress_->stop();
    co_await pool_.async_join(boost::asio::use_awaitable);
}

int session::finish()
{
    const auto status = report_.finish();
    print_summary();
    return status;
}

void session::print_summary() const
{
    const auto stats = pool_.stats();
    const auto rate = static_cast<double>(report_.files()) / std::chrono::duration<double>(elapsed_).count();
    std::fprintf(stderr,
                 "procgrep: %zu files, %" PRIu64 " matching lines, %zu crashed, %zu timed out, %" PRIu64
                 " workers restarted, %.0f files/s, event loop blocked at most %.1f ms (%.1f ms by its own work)\n",
                 report_.files(), report_.matches(), dispatch_.crashed(), dispatch_.timed_out(),
                 stats.crashed_workers + stats.killed_workers, rate, milliseconds(watch_.longest_block()),
                 milliseconds(watch_.longest_work()));
}

} // namespace procgrep
