// SPDX-License-Identifier: BSL-1.0
#include "os/kernel_text.hpp"

#include "os/descriptor.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <unistd.h>

namespace procpool::os {

std::string contents_of(const std::filesystem::path& file)
{
    const descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;
    std::array<char, 4096> part; // NOLINT: what is read is all that is used
    for (ssize_t size = 0; (size = ::read(opened.get(), part.data(), part.size())) > 0;)
        text.append(part.data(), static_cast<std::size_t>(size));
    return text;
}

std::string_view take_line(std::string_view& text) noexcept
{
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

std::string_view take_word(std::string_view& text) noexcept
{
    constexpr std::string_view blanks = " \t";
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    const auto word = text.substr(0, text.find_first_of(" \t\n"));
    text.remove_prefix(word.size());
    return word;
}

std::optional<std::string_view> value_of(std::string_view text, std::string_view key) noexcept
{
    while (!text.empty())
        if (auto line = take_line(text); line.starts_with(key))
            return line.substr(key.size());
    return {};
}

} // namespace procpool::os
