// SPDX-License-Identifier: BSL-1.0
#include "wire/worker_start.hpp"

#include <charconv>

namespace procpool::wire {
namespace {

/// Cuts a number off the beginning of a text. False when there is none.
template <class Number>
bool cut_number(std::string_view& text, Number& number)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return error == std::errc();
}

} // namespace

std::string str(const start_note& note)
{
    return std::string(nonce_variable) + "=" + std::to_string(note.nonce) + ":" + std::to_string(note.parent);
}

std::optional<start_note> parse_start_note(std::string_view value)
{
    start_note note;
    if (!cut_number(value, note.nonce))
        return {};
    if (value.empty()) // of a version that did not name the parent
        return note;
    const bool has_parent = value.front() == ':' && (value.remove_prefix(1), cut_number(value, note.parent));
    return has_parent && value.empty() ? std::optional(note) : std::nullopt;
}

} // namespace procpool::wire
