// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "dispatch.hpp"
#include "loop_watch.hpp"
#include "options.hpp"
#include "report.hpp"
#include "ticker.hpp"
#include "walk.hpp"

#include <procpool.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <optional>

namespace procgrep {

/// One search from beginning to end, on an event loop that is watched meanwhile.
class session {
public:
    session(boost::asio::io_context& loop, const options& chosen, const file_list& list);

    /// Searches; completes when the last worker is gone.
    boost::asio::awaitable<void> run();

    /// Prints the summary on stderr. Returns the exit status.
    int finish();

private:
    using clock = std::chrono::steady_clock;

    void print_summary() const;

    report report_;
    procpool::pool pool_;
    dispatch dispatch_;
    clock::time_point started_ = clock::now();
    clock::duration elapsed_{};
    loop_watch watch_;
    std::optional<ticker> progress_;
};

} // namespace procgrep
