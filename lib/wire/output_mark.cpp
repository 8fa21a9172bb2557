// SPDX-License-Identifier: BSL-1.0
#include "wire/output_mark.hpp"

#include <charconv>

namespace procpool::wire {
namespace {

constexpr std::size_t digits = 2 * sizeof(std::uint64_t);
constexpr int base = 16;
constexpr std::string_view opening("\0procpool ", 10);

static_assert(opening.size() + digits + digits == output_mark::size);

std::string hexadecimal(std::uint64_t number)
{
    std::string text(digits, '0');
    for (auto digit = text.rbegin(); number != 0; ++digit, number /= base)
        *digit = "0123456789abcdef"[number % base];
    return text;
}

} // namespace

output_mark::output_mark(std::uint64_t nonce) : beginning_(std::string(opening) + hexadecimal(nonce)) {}

std::string output_mark::for_task(std::uint64_t id) const
{
    return beginning_ + hexadecimal(id);
}

std::uint64_t output_mark::task_in(std::string_view text) const noexcept
{
    std::uint64_t id = 0;
    const char* first = text.data() + beginning_.size();
    std::from_chars(first, first + digits, id, base);
    return id;
}

} // namespace procpool::wire
