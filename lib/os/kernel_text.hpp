// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <charconv>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace procpool::os {

/// Reads a file of the kernel (/proc, cgroups). Empty if it cannot be read. Uses no stream, because the global locale
/// of the host decides how streams read.
std::string contents_of(const std::filesystem::path& file);

/// Removes the first line from text and returns it without its newline.
std::string_view take_line(std::string_view& text) noexcept;

/// Removes leading blanks and the first word from text and returns the word. Empty: there is none in this line.
std::string_view take_word(std::string_view& text) noexcept;

/// Returns the rest of the first line that starts with key.
std::optional<std::string_view> value_of(std::string_view text, std::string_view key) noexcept;

/// Reads the number at the beginning of text, behind blanks, whatever the locale. Empty: there is none, or it is too
/// large.
template <class Number = std::uint64_t>
std::optional<Number> number_in(std::string_view text, int base = 10) noexcept
{
    Number number = 0;
    const std::string_view word = take_word(text);
    const auto result = std::from_chars(word.data(), word.data() + word.size(), number, base);
    return result.ec == std::errc() ? std::optional(number) : std::nullopt;
}

} // namespace procpool::os
