// SPDX-License-Identifier: BSL-1.0
#include "report.hpp"

#include <cstdio>
#include <utility>

namespace procgrep {

report::report(std::span<const file> files) : files_{files}, waiting_(files.size()) {}

void report::add(const file& searched, finding found)
{
    ++searched_;
    matches_ += found.matches;
    waiting_[static_cast<std::size_t>(&searched - files_.data())] = std::move(found);
    for (; printed_ < files_.size() && waiting_[printed_]; ++printed_) {
        print(files_[printed_], *waiting_[printed_]);
        waiting_[printed_].reset();
    }
}

void report::print(const file& searched, const finding& found)
{
    if (!found.output.empty()) {
        clear_progress();
        std::fwrite(found.output.data(), 1, found.output.size(), stdout);
    }
    if (!found.message.empty())
        say(searched.path + ": " + found.message);
    has_failed_ |= found.failed;
}

void report::complain(const std::string& message)
{
    has_failed_ = true;
    say(message);
}

void report::say(const std::string& message)
{
    clear_progress();
    std::fprintf(stderr, "procgrep: %s\n", message.c_str());
}

void report::show_progress()
{
    clear_progress();
    std::fprintf(stderr, "%zu of %zu files, %ju matching lines", searched_, files_.size(),
                 static_cast<std::uintmax_t>(matches_));
    shows_progress_ = true;
}

void report::clear_progress()
{
    if (std::exchange(shows_progress_, false))
        std::fputs("\r\033[K", stderr);
}

int report::finish()
{
    clear_progress();
    if (std::fflush(stdout) != 0 || std::ferror(stdout))
        complain("not all output could be written; is the disk full?");
    if (has_failed_)
        return 2;
    return matches_ == 0 ? 1 : 0;
}

} // namespace procgrep
