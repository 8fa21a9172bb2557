// SPDX-License-Identifier: BSL-1.0
#include "formatting.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace procpool {
namespace {

constexpr std::string_view ellipsis = "…";

/// Whether a byte of UTF-8 is not the first one of its character.
bool is_inside_character(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

/// The nearest position, not behind at, at which a character of UTF-8 begins.
std::size_t character_before(std::string_view text, std::size_t at)
{
    while (at != 0 && is_inside_character(text[at]))
        --at;
    return at;
}

void cut_middle(std::string& text, std::size_t most)
{
    const std::size_t kept = most - ellipsis.size();
    const auto begin = character_before(text, kept - kept / 3);
    auto end = text.size() - kept / 3;
    while (end != text.size() && is_inside_character(text[end]))
        ++end;
    text.replace(begin, end - begin, ellipsis);
}

bool is_control(char c)
{
    return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
}

/// The length of the operator's name at the beginning of text, such as "operator<<".
std::size_t operator_in(std::string_view text)
{
    constexpr std::string_view word = "operator";
    constexpr std::array<std::string_view, 10> symbols{"<<=", ">>=", "<=>", "->*", "<<", ">>", "<=", "->", ">=", "<"};
    if (!text.starts_with(word))
        return 0;
    const auto rest = text.substr(word.size());
    const auto* const found = std::ranges::find_if(symbols, [&](auto each) { return rest.starts_with(each); });
    return word.size() + (found != symbols.end() ? found->size() : rest.starts_with('>') ? 1 : 0);
}

} // namespace

std::string hexadecimal(std::uint64_t number)
{
    std::array<char, 2 + 2 * sizeof number> text{'0', 'x'};
    return {text.data(), std::to_chars(text.data() + 2, text.data() + text.size(), number, 16).ptr};
}

std::string seconds(std::chrono::nanoseconds time, int digits)
{
    std::array<char, 32> text{};
    const double count = std::chrono::duration<double>(time).count();
    const auto end = std::to_chars(text.data(), text.data() + text.size(), count, std::chars_format::general, digits);
    return std::string(text.data(), end.ptr) + " s";
}

std::string one_line(std::string text, std::size_t most)
{
    std::ranges::replace_if(text, is_control, '?');
    if (text.size() > most)
        cut_middle(text, most);
    return text;
}

std::string without_template_arguments(std::string_view function)
{
    std::string plain;
    std::size_t depth = 0;
    for (std::size_t at = 0; at != function.size();) {
        const std::size_t name = operator_in(function.substr(at));
        const std::size_t size = std::max<std::size_t>(name, 1);
        const bool is_bracket = name == 0;
        depth += is_bracket && function[at] == '<';
        if (depth == 0)
            plain += function.substr(at, size);
        depth -= is_bracket && depth != 0 && function[at] == '>' && function[at - 1] != '-';
        at += size;
    }
    return depth == 0 ? plain : std::string(function);
}

} // namespace procpool
