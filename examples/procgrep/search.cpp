// SPDX-License-Identifier: BSL-1.0
#include "search.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <regex>
#include <string_view>
#include <system_error>

namespace procgrep {
namespace {

std::regex compile(const query& what)
{
    const auto flags = std::regex::ECMAScript;
    return std::regex(what.pattern, what.ignore_case ? flags | std::regex::icase : flags);
}

std::string read_file(const std::string& path)
{
    const auto fail = [] { throw std::system_error(errno, std::generic_category()); };
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
    if (!file)
        fail();
    std::string text;
    std::vector<char> chunk(64 * 1024);
    while (const auto size = std::fread(chunk.data(), 1, chunk.size(), file.get()))
        text.append(chunk.data(), size);
    if (std::ferror(file.get()))
        fail();
    return text;
}

/// Cuts the first line, without its end, off a text. A last line may have no end.
std::string_view take_line(std::string_view& text)
{
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line;
}

/// The search of one file.
class file_search {
public:
    file_search(const query& what, const std::regex& regex, const std::string& path)
        : what_{what},
          regex_{regex},
          path_{path}
    {
    }

    finding run()
    {
        std::string text = read_file(path_);
        // As grep does: a file that holds a NUL byte is binary, and a NUL byte then ends a line too.
        is_binary_ = text.find('\0') != std::string::npos;
        std::ranges::replace(text, '\0', '\n');
        search(text);
        conclude();
        return std::move(found_);
    }

private:
    void search(std::string_view text)
    {
        std::cmatch match;
        for (std::uint64_t number = 1; !text.empty() && !is_decided(); ++number) {
            const auto line = take_line(text);
            if (std::regex_search(line.data(), line.data() + line.size(), match, regex_)) {
                ++found_.matches;
                print(line, number);
            }
        }
    }

    bool is_decided() const { return found_.matches != 0 && !counts() && !prints_lines(); }
    bool counts() const { return what_.mode == report_mode::count; }
    bool prints_lines() const { return what_.mode == report_mode::lines && !is_binary_; }

    void print(std::string_view line, std::uint64_t number)
    {
        if (!prints_lines())
            return;
        print_name();
        if (what_.line_numbers)
            found_.output += std::to_string(number) + ':';
        found_.output += line;
        found_.output += '\n';
    }

    void print_name()
    {
        if (what_.file_names)
            found_.output += path_ + ':';
    }

    void conclude()
    {
        if (counts()) {
            print_name();
            found_.output += std::to_string(found_.matches) + '\n';
        } else if (what_.mode == report_mode::name && found_.matches != 0) {
            found_.output = path_ + '\n';
        } else if (is_binary_ && found_.matches != 0) {
            found_.message = "binary file matches";
        }
    }

    const query& what_;
    const std::regex& regex_;
    const std::string& path_;
    finding found_;
    bool is_binary_ = false;
};

finding search_file(const query& what, const std::regex& regex, const std::string& path)
{
    try {
        return file_search(what, regex, path).run();
    } catch (const std::system_error& error) {
        return {.output = {}, .message = error.code().message(), .matches = 0, .failed = true};
    }
}

} // namespace

void check_pattern(const query& what)
{
    compile(what);
}

std::vector<finding> search_files(const query& what, const std::vector<std::string>& paths)
{
    const auto regex = compile(what);
    std::vector<finding> found;
    found.reserve(paths.size());
    for (const auto& path : paths)
        found.push_back(search_file(what, regex, path));
    return found;
}

} // namespace procgrep
