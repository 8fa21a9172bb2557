// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "options.hpp"
#include "report.hpp"
#include "walk.hpp"

#include <procpool.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <exception>
#include <span>
#include <vector>

namespace procgrep {

/// Hands the files to the pool, group by group, and the findings to the report. What a file does to its worker is its
/// own finding: when a group of files is lost, each of them is searched again alone, so that only the guilty is blamed.
class dispatch {
public:
    dispatch(procpool::pool& pool, const options& chosen, std::span<const file> files, report& out);

    /// Completes when every file has its finding. Throws when the pool can search no more.
    boost::asio::awaitable<void> run();

    std::size_t crashed() const noexcept { return crashed_; }
    std::size_t timed_out() const noexcept { return timed_out_; }

private:
    boost::asio::awaitable<void> lane();
    boost::asio::awaitable<void> search(std::span<const file> files);
    boost::asio::awaitable<void> search_each(std::span<const file> files);
    finding blame(std::exception_ptr error);

    procpool::pool& pool_;
    const options& chosen_;
    report& report_;
    std::vector<std::span<const file>> groups_;
    std::size_t next_ = 0;
    std::size_t crashed_ = 0;
    std::size_t timed_out_ = 0;
};

} // namespace procgrep
