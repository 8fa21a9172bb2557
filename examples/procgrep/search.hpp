// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace procgrep {

/// What is printed for a file.
enum class report_mode : std::uint8_t {
    lines, ///< each matching line
    count, ///< the number of matching lines (-c)
    name,  ///< the path, when a line matches (-l)
};

/// What to look for and how to print it. Travels to a worker with each task.
struct query {
    std::string pattern; ///< A regular expression in std::regex's default grammar.
    report_mode mode = report_mode::lines;
    bool ignore_case = false;
    bool line_numbers = false;
    bool file_names = false; ///< Whether the path stands before each line or count.
};

/// What was found in one file, already in the form in which it is printed, so that the parent only copies bytes.
struct finding {
    std::string output;
    std::string message;       ///< What to say about the file on stderr, if anything.
    std::uint64_t matches = 0; ///< Matching lines; at most 1 where the first one decides.
    bool failed = false;       ///< The file was not searched; message says why.
};

/// Throws std::regex_error when the pattern is no regular expression.
void check_pattern(const query& what);

/// The task: reads each file and searches it line by line, as grep does. An ordinary function; that std::regex may
/// overflow the stack or run for ever in it is why it runs in another process.
std::vector<finding> search_files(const query& what, const std::vector<std::string>& paths);

} // namespace procgrep
