// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <getopt.h>
#include <regex>
#include <sstream>
#include <string_view>
#include <thread>

namespace procgrep {

const char* const usage = R"(Usage: procgrep [OPTION]... PATTERN PATH...
Prints the lines that match PATTERN, as grep -E does, and searches in worker processes:
a file on which std::regex crashes or never ends is reported, and the search goes on.

  -i             ignore case
  -n             print line numbers
  -l             print only the names of files that match
  -c             print only the number of matching lines of each file
  -r             search the files below directories
  -j N           use N worker processes (default: one for each CPU)
  --timeout S    give up on a file after S seconds (default: 5)
  --in-process   use no worker processes: a crash ends procgrep, and nothing ends an endless search
  --reports      print a report of each crash
  --help         print this

PATTERN is in the grammar of std::regex (ECMAScript); files are bytes, as for grep under LC_ALL=C.
Exit status: 0 when a line matched, 1 when none did, 2 when a file could not be searched.
)";

namespace {

template <class Number>
Number number(const char* option, std::string_view text, Number least, Number most)
{
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !(least <= value && value <= most))
        throw usage_error((std::ostringstream()
                           << option << " needs a number from " << least << " to " << most << ", not '" << text << "'.")
                              .str());
    return value;
}

std::chrono::milliseconds seconds(const char* option, std::string_view text)
{
    const std::chrono::duration<double> value(number(option, text, 0.001, 86'400.0));
    return std::chrono::duration_cast<std::chrono::milliseconds>(value);
}

void apply(options& chosen, int letter)
{
    switch (letter) {
    case 'i':
        chosen.what.ignore_case = true;
        break;
    case 'n':
        chosen.what.line_numbers = true;
        break;
    case 'l':
        chosen.what.mode = report_mode::name;
        break;
    case 'c':
        if (chosen.what.mode != report_mode::name) // -l wins, as in grep
            chosen.what.mode = report_mode::count;
        break;
    case 'r':
        chosen.recursive = true;
        break;
    case 'j':
        chosen.workers = number<std::size_t>("-j", optarg, 1, 1024);
        break;
    case 't':
        chosen.timeout = seconds("--timeout", optarg);
        break;
    case 'p':
        chosen.in_process = true;
        break;
    case 'e':
        chosen.crash_reports = true;
        break;
    case 'h':
        chosen.help = true;
        break;
    default:
        throw usage_error("That is no option of procgrep; --help lists them.");
    }
}

/// The rule of grep: a name is needed where output could come from more than one file.
bool needs_file_names(const options& chosen)
{
    std::error_code ignored;
    return chosen.paths.size() > 1 ||
           (chosen.recursive && std::filesystem::is_directory(chosen.paths.front(), ignored));
}

void check(const query& what)
{
    try {
        check_pattern(what);
    } catch (const std::regex_error& error) {
        throw usage_error("'" + what.pattern + "' is no regular expression: " + error.what() + '.');
    }
}

} // namespace

options parse(int argc, char** argv)
{
    static const option long_options[] = {{"timeout", required_argument, nullptr, 't'},
                                          {"in-process", no_argument, nullptr, 'p'},
                                          {"reports", no_argument, nullptr, 'e'},
                                          {"help", no_argument, nullptr, 'h'},
                                          {}};
    options chosen;
    chosen.workers = std::max(1U, std::thread::hardware_concurrency());
    opterr = 0;
    for (int letter; (letter = getopt_long(argc, argv, "inlcrj:", long_options, nullptr)) != -1;)
        apply(chosen, letter);
    if (chosen.help)
        return chosen;
    if (argc - optind < 2)
        throw usage_error("A pattern and at least one path are needed; --help shows how.");
    chosen.what.pattern = argv[optind];
    chosen.paths.assign(argv + optind + 1, argv + argc);
    chosen.what.file_names = needs_file_names(chosen);
    check(chosen.what);
    return chosen;
}

} // namespace procgrep
