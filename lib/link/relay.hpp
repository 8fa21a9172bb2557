// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/output.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace procpool::link {

/// Lines of workers on their way to a stream of this process, whose reader may be slow.
class relay {
public:
    /// When so much waits, no more should come.
    static constexpr std::size_t limit = std::size_t{256} * 1024;

    explicit relay(output_stream to) noexcept : stream_(static_cast<int>(to)) {}

    /// `goes_on`: the rest of the line follows. If another worker has a line before that, the first one ends there.
    void add(std::uint64_t worker, std::string_view line, bool goes_on);
    /// Writes what the stream takes without waiting.
    void write() noexcept;
    bool empty() const noexcept { return waiting_.empty(); }
    bool is_full() const noexcept { return waiting_.size() > limit; }

private:
    int stream_;
    std::string waiting_;
    std::optional<std::uint64_t> unfinished_; // the worker whose line goes on
};

} // namespace procpool::link
