// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "search.hpp"
#include "walk.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace procgrep {

/// Prints what was found, in the order of the files and not of the answers, and counts it.
class report {
public:
    explicit report(std::span<const file> files);

    /// Takes the finding for a file of the list; prints it as soon as all files before it have theirs.
    void add(const file& searched, finding found);

    /// Says on stderr what could not be searched, and why. The exit status will be 2.
    void complain(const std::string& message);

    /// Rewrites the progress line on stderr, which must be a terminal.
    void show_progress();

    std::size_t files() const noexcept { return files_.size(); }
    std::uint64_t matches() const noexcept { return matches_; }

    /// Ends the output. Returns the exit status that grep would have.
    int finish();

private:
    void print(const file& searched, const finding& found);
    void say(const std::string& message);
    void clear_progress();

    std::span<const file> files_;
    std::vector<std::optional<finding>> waiting_; // for files before them
    std::size_t printed_ = 0;
    std::size_t searched_ = 0;
    std::uint64_t matches_ = 0;
    bool has_failed_ = false;
    bool shows_progress_ = false;
};

} // namespace procgrep
